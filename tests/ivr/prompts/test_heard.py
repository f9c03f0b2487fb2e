"""The Mandarin prompts as built are understood: the small test model writes down what the catalogue says.

A prompt that fails here is either misread by the synthesiser (give it `speak` in the catalogue, or the word a
reading in ivr/speech/polyphones.py) or has words the model does not know yet: add the sentence to the slot
`prompt` of tests/data/vosk-hotline-tiny/recipe/hotline.txt and build the graph as its README says.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import pytest
import vosk

from core.settings import Settings
from ivr import speech
from ivr.prompts import catalogue
from ivr.prompts.audio import audioop
from ivr.speech import Item, units
from tests import ear
from tests.spoken import copy_prompts

#: Wrong characters: of all there are, and of one prompt.
MOST_WRONG, MOST_WRONG_IN_ONE = 0.01, 0.2
VALUES = (
    *(speech.position(place) for place in (1, 2, 10, 12, 25)),
    *(speech.minutes(wait) for wait in (1, 2, 5, 12, 20)),
    *(speech.date(datetime.date(year, month, day)) for year, month, day in ((2026, 11, 23), (2027, 2, 10))),
    *(speech.time(datetime.time(hour, minute)) for hour, minute in ((9, 30), (14, 0), (20, 5), (2, 45))),
    *(speech.number(value) for value in (8, 16, 20, 47, 105, 200, 2350)),
    speech.digits("13812345678"),
    speech.digits("84654321"),
    speech.case_number("2102022026112300017"),
)


@pytest.fixture(scope="module")
def model() -> vosk.Model:
    return ear.load()


@pytest.fixture(scope="module")
def mandarin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "prompts"
    copy_prompts(folder)
    return folder / "zh_CN"


def _samples(folder: Path, ids: Sequence[str]) -> bytes:
    return audioop.alaw2lin(b"".join((folder / f"{name}.alaw").read_bytes() for name in ids), 2)


def test_every_prompt_says_its_text(model: vosk.Model, mandarin: Path) -> None:
    said = {prompt.id: ear.plain(prompt.zh) for prompt in catalogue.load(Settings()).values()}
    heard = {name: ear.text(model, _samples(mandarin, [name])) for name in said}
    wrong = {name: ear.errors(said[name], heard[name]) for name in said}
    misheard = {name: (said[name], heard[name]) for name in said if wrong[name]}
    bad = {
        name: pair for name, pair in misheard.items() if wrong[name] > MOST_WRONG_IN_ONE * len(pair[0]) + 0.5
    }
    assert not bad
    assert sum(wrong.values()) <= MOST_WRONG * sum(map(len, said.values())), misheard


@pytest.mark.parametrize("item", VALUES, ids=lambda item: units.text("zh_CN", item.zh_CN))
def test_values_put_together_from_units_are_understood(model: vosk.Model, mandarin: Path, item: Item) -> None:
    ids = speech.speak("zh_CN", item)
    said = ear.plain(units.text("zh_CN", ids))
    heard = ear.text(model, _samples(mandarin, ids))
    assert ear.errors(said, heard) <= len(said) // 12, heard


@pytest.mark.parametrize(
    ("said", "heard", "wrong"), [("", "", 0), ("留言", "留言", 0), ("留言", "言", 1), ("一二三", "三二一", 2)]
)
def test_errors_are_counted(said: str, heard: str, wrong: int) -> None:
    assert ear.errors(said, heard) == ear.errors(heard, said) == wrong
