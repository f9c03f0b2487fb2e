"""ticketing.suggestions: what people say on the phone leads to the class a seat would choose."""

from __future__ import annotations

import csv

import pytest

from ticketing.catalogue import DATA, EDITIONS
from ticketing.suggestions import Named, Suggester, _phrases, pairs


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(_classes())


def _classes() -> list[Named]:
    with (DATA / EDITIONS["2013"]).open(encoding="utf-8", newline="") as file:
        return [Named(row["kind"], row["code"], row["major"], row["minor"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("said", "minor"),
    [
        ("你好中山区人民路有一个路灯不亮请尽快处理", "路灯"),
        ("沙河口区西安路的井盖丢了很危险", "不明井盖"),
        ("甘井子区泉水小区门口垃圾很多没有人清运", "暴露垃圾"),
        ("西岗区八一路工地夜间施工噪音很大影响休息", "施工扰民"),
        ("高新园区凌水路下水道堵塞污水外溢", "排水管道堵塞（破裂）"),
        ("春柳街道非法小广告", "非法小广告"),
        ("马栏街道供水管道破裂", "供水管道破裂"),
        ("星海湾街道露天烧烤", "露天烧烤"),
        ("泡崖街道私搭乱建", "私搭乱建"),
        ("楼下总有人摆摊", "占道经营"),
    ],
)
def test_what_people_say_leads_to_the_class(suggester: Suggester, said: str, minor: str) -> None:
    found = suggester.suggest(said)
    assert [one.named.minor for one in found][:2].count(minor) == 1, found
    assert found[0].why


@pytest.mark.parametrize("said", ["", "你好请问一下", "hello 12319", "我想说个事情你们谁管"])
def test_small_talk_suggests_nothing(suggester: Suggester, said: str) -> None:
    assert suggester.suggest(said) == []


def test_most_likely_first_and_not_too_many(suggester: Suggester) -> None:
    found = suggester.suggest("路灯不亮井盖丢了道路破损垃圾很多", most=2)
    assert len(found) == 2
    assert found[0].score >= found[1].score


def test_every_phrase_means_a_class_of_the_catalogue() -> None:
    names = [pairs(one.minor) for one in _classes()]
    lost = [said for said, means in _phrases() if not any(name <= pairs(means) for name in names)]
    assert lost == []
