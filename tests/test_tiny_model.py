"""The small test model hears what this product says and what its demo callers say, word for word.

Real espeak-ng of the native root, the product's own way to A-law, real vosk.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
import vosk

from core.settings import Settings
from ivr.prompts.audio import AudioSegment, audioop
from ivr.prompts.sound import RATE_HZ, level, to_alaw
from ivr.prompts.tts import EspeakNg
from tests import ear

FOLDER = Path(__file__).parent / "data" / "vosk-hotline-tiny"
MOST_BYTES = 4_000_000
VOICES = ("cmn-latn-pinyin+f2", "cmn-latn-pinyin+f3")

#: Sentences by the name of what they are for; the catalogue's own are in tests/ivr/prompts/test_heard.py.
PROMPTS = {
    "greeting": "您好，这里是一二三一九市政服务热线。为了保证服务质量，本次通话将被录音。",
    "menu": "正在为您转接人工坐席，留言请按二。",
    "invalid key": "您的按键有误，请重新选择。",
    "wait": "坐席正忙，请稍候。三十秒内无人接听，您可以留言。",
    "shortest wait": "坐席正忙，请稍候。五秒内无人接听，您可以留言。",
    "longest wait": "坐席正忙，请稍候。一百二十秒内无人接听，您可以留言。",
    "wait again": "坐席仍然繁忙，感谢您的等待。",
    "nobody": "现在无人接听。",
    "message": "请在滴声后留言，请说明时间、地点和问题，说完请按井号键。",
    "empty message": "没有听到您的留言。",
    "message received": "留言已收到，我们会尽快处理。",
    "goodbye": "感谢您的来电，再见。",
    "unknown number": "您拨打的号码没有开通，市政服务请拨一二三一九。",
    "seat answers": "您好，坐席为您服务，请问有什么可以帮您？",
    "system busy": "系统正忙，正在为您转接人工坐席。",
}
CALLERS = {
    "lamp": "你好，中山区人民路有一个路灯不亮，请尽快处理，我的电话是一三八零零一三八零零零。",
    "cover": "你好，沙河口区西安路的井盖丢了，很危险，请尽快派人处理。",
    "litter": "甘井子区泉水小区门口垃圾很多，没有人清运。",
    "noise": "西岗区八一路工地夜间施工，噪音很大，影响休息。",
    "sewer": "高新园区凌水路下水道堵塞，污水外溢。",
}
#: Sub-districts (街道) of Dalian, each with a common complaint about it.
VARIATIONS = {
    "中山区": ("海军广场街道路面塌陷", "青泥洼桥占道经营", "葵英街道路灯坏了", "老虎滩街道垃圾没有人清理"),
    "西岗区": ("香炉礁街道井盖丢了", "日新街道工地扬尘", "人民广场道路积水", "白云街道行道树倒了"),
    "沙河口区": ("春柳街道非法小广告", "马栏街道供水管道破裂", "星海湾街道露天烧烤", "黑石礁下水道堵塞"),
    "甘井子区": ("泡崖街道私搭乱建", "周水子街道渣土车遗撒", "大连湾街道暴露垃圾", "七贤岭街道信号灯坏了"),
}


@pytest.fixture(scope="module")
def model() -> vosk.Model:
    return ear.load()


@pytest.fixture
def phrases(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The recipe's reader of `hotline.txt`, which needs nothing but Python."""
    monkeypatch.syspath_prepend(str(FOLDER / "recipe"))
    yield importlib.import_module("tiny_model.phrases")
    for name in [name for name in sys.modules if name.partition(".")[0] == "tiny_model"]:
        del sys.modules[name]


def over_the_line(text: str, voice: str) -> bytes:
    """16-bit samples at 8 kHz of a sentence that went through A-law as a prompt does."""
    spoken = AudioSegment.from_wav(io.BytesIO(EspeakNg(Settings(), voice).speak(text)))
    samples: bytes = audioop.alaw2lin(to_alaw(level(spoken)), 2)
    return samples


def misheard(model: vosk.Model, said: Mapping[str, str], voice: str) -> dict[str, str]:
    """Wanted → heard, where they differ; `said` is what to hear → what espeak-ng is given."""
    with ThreadPoolExecutor(4) as pool:
        sounds = list(pool.map(lambda spoken: over_the_line(spoken, voice), said.values()))
    heard = [ear.text(model, sound) for sound in sounds]
    wanted = [ear.plain(text) for text in said]
    return {want: got for want, got in zip(wanted, heard, strict=True) if want != got}


@pytest.mark.parametrize("voice", VOICES)
def test_prompts_are_heard_exactly(model: vosk.Model, voice: str) -> None:
    assert misheard(model, {text: text for text in PROMPTS.values()}, voice) == {}


@pytest.mark.parametrize("voice", VOICES)
def test_demo_callers_are_heard_exactly(model: vosk.Model, voice: str) -> None:
    assert misheard(model, {text: text for text in CALLERS.values()}, voice) == {}


@pytest.mark.parametrize("voice", VOICES)
def test_other_places_and_complaints_are_heard_exactly(model: vosk.Model, voice: str) -> None:
    texts = [f"{district}{rest}，请尽快处理。" for district, all_ in VARIATIONS.items() for rest in all_]
    assert misheard(model, {text: text for text in texts}, voice) == {}


def test_words_have_times_in_order_and_confidence(model: vosk.Model) -> None:
    samples = over_the_line(CALLERS["lamp"], VOICES[0])
    words = ear.words(model, samples)
    times = [float(str(word[key])) for word in words for key in ("start", "end")]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= len(samples) / 2 / RATE_HZ
    assert all(float(str(word["conf"])) > 0.5 for word in words)


def test_silence_has_no_words(model: vosk.Model) -> None:
    assert ear.words(model, bytes(2 * RATE_HZ * 5)) == []


def test_the_folder_is_a_kaldi_model_and_small() -> None:
    names = {str(path.relative_to(ear.MODEL)) for path in ear.MODEL.rglob("*") if path.is_file()}
    assert names >= {"am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLG.fst", "graph/words.txt"}
    assert sum((ear.MODEL / name).stat().st_size for name in names) <= MOST_BYTES


def test_the_graph_was_built_from_these_words(phrases: ModuleType) -> None:
    lines = (ear.MODEL / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in lines[1:]] == phrases.load().vocabulary()


def test_an_unknown_slot_is_named(phrases: ModuleType, tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("where = 路口\n> <where> <what>\n", encoding="utf-8")
    with pytest.raises(ValueError, match="what"):
        phrases.load(bad)
