"""Every prompt that is played is in the catalogue, and every one in the catalogue is named somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from asterisk_conf import dialplan
from asterisk_conf.render import TEMPLATES
from core.settings import CHECKOUT, Settings
from ivr.prompts import catalogue
from ivr.prompts.catalogue import TONES
from ivr.speech.telephone import PAUSE
from ivr.speech.units import UNITS

_PLAYED = re.compile(r"(?:\$\{HL_PROMPTS\}|\{\{ prompts \}\})/([a-z0-9_/-]+)")
#: The folder of the music while waiting, not a prompt.
_MUSIC = {"moh"}
#: Where prompts may be named: flows, handlers, dialplan.
_SOURCES = ("ivr/**/*.py", "ivr/flows/*.toml", "agi_scripts/**/*.py", "asterisk_conf/templates/**/*.j2")
_NAME = re.compile(r"[a-z0-9][a-z0-9_/-]*")


LINES = [line for file in dialplan.files(Settings.model_construct()) for line in file.lines]


def _in_templates() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.j2")]
    texts += [line.arguments for line in LINES]
    return {name for text in texts for name in _PLAYED.findall(text)} - _MUSIC


def _named() -> Iterator[str]:
    for pattern in _SOURCES:
        for path in CHECKOUT.glob(pattern):
            yield from _NAME.findall(path.read_text(encoding="utf-8"))


def test_what_the_dialplan_plays_is_in_the_catalogue() -> None:
    assert _in_templates() <= {*catalogue.load(Settings()), *TONES, *UNITS, PAUSE}


def test_every_prompt_is_named_where_something_plays_it() -> None:
    """A prompt nobody plays is a mistake in a name, or should go; `stage-` and the like are put together."""
    named = set(_named())
    beginnings = tuple(name for name in named if name.endswith("-"))
    unused = set(catalogue.load(Settings())) - named
    assert not {name for name in unused if not name.startswith(beginnings)}


def test_a_prompt_and_a_unit_never_share_a_name() -> None:
    assert not {*catalogue.load(Settings())} & {*UNITS, *TONES}


def test_nothing_else_is_played() -> None:
    """A Playback of a file that is none of ours returns at once, unheard."""
    for line in LINES:
        for call in re.findall(r"(?:Playback|Background)\(([^)]*)\)", f"{line.app}({line.arguments})"):
            for file in call.split(",")[0].split("&"):
                if file == "${HL_SAY}":
                    continue  # put together by agi_scripts/queue_entry.py, of ids
                assert _PLAYED.fullmatch(file), f"{line.file}: {file}"
