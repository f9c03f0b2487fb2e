"""Callers of the full menu: what they hear, where they arrive, what is kept of it."""

from __future__ import annotations

from tests.dialplan.flows import callers
from tests.dialplan.flows.callers import is_in, prompt
from tests.dialplan.flows.conftest import Stories
from tests.instance import HotlineInstance


async def test_the_language_menu_is_heard_in_both_languages(city: HotlineInstance, story: Stories) -> None:
    told = story(callers.english)
    for name, language in (("greeting", "zh_CN"), ("menu-language", "zh_CN"), ("menu-english", "en")):
        assert told.said(prompt(city, name, language)), name


async def test_english_from_the_menu_to_the_queue(city: HotlineInstance, story: Stories) -> None:
    told = story(callers.english)
    assert told.said(prompt(city, "menu-main", "en"))
    assert not told.said(prompt(city, "menu-main"))
    assert (told.row.queue, told.row.language) in [("english", "en"), ("general", "en")]
    assert told.path[:4] == [("greeting", ""), ("language", "2"), ("english", ""), ("main", "0")]


async def test_every_key_pressed_ahead_counts(city: HotlineInstance, story: Stories) -> None:
    told = story(callers.progress)
    assert told.said(prompt(city, "progress-stage-established"))
    for name in ("menu-main", "progress-how", "case-ask-number", "case-ask-proof"):
        assert not told.said(prompt(city, name)), "who knows what comes next need not listen"


async def test_neither_case_number_nor_proof_is_kept(story: Stories) -> None:
    assert story(callers.progress).path[:5] == [
        ("greeting", ""),
        ("language", "1"),
        ("mandarin", ""),
        ("main", "2"),
        ("progress", "2"),
    ]


async def test_wrong_proof_ends_at_a_person_without_a_word(city: HotlineInstance, story: Stories) -> None:
    told = story(callers.wrong_proof)
    assert told.row.queued_at is not None
    assert told.said(prompt(city, "progress-no-match"))
    assert not told.said(prompt(city, "progress-case"))


async def test_the_duty_phone_is_rung_and_both_hear_each_other(city: HotlineInstance, story: Stories) -> None:
    told = story(callers.duty_phones)
    [rang], heard = told.duty
    assert rang.startswith("84301234 ")
    assert told.said(city.prompt("greeting")[:24000])
    assert is_in(city.prompt("goodbye"), heard)
    assert (told.row.forwarded_to, told.row.marks) == ("gas", ["emergency"])
    assert told.steps[-3:] == ["gas", "forward", "goodbye"]


async def test_a_busy_duty_phone_is_the_queue(city: HotlineInstance, story: Stories) -> None:
    story(callers.duty_phones)
    row = await city.next_call(set(), lambda call: call.caller == callers.BUSY)
    assert [step["step"] for step in row.menu_path][5:8] == ["gas", "forward", "queue"]
    assert row.queued_at is not None


async def test_wrong_keys_without_end_reach_a_person(story: Stories) -> None:
    told = story(callers.wrong_keys)
    assert told.row.queued_at is not None
    assert told.path[1:3] == [("language", "999"), ("main", "999")]


async def test_a_confidential_report_is_marked_in_the_ledger(story: Stories) -> None:
    told = story(callers.confidential)
    assert (told.row.marks, told.row.queue) == (["confidential"], "general")
    assert told.steps[3:6] == ["main", "secret", "secret_how"]
