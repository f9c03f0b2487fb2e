"""Every prompt that is played is in the catalogue, and every one in the catalogue is played."""

from __future__ import annotations

import re

from asterisk_conf.render import TEMPLATES
from core.settings import Settings
from ivr.flows import loader
from ivr.flows.model import Menu
from ivr.prompts import catalogue
from ivr.prompts.catalogue import TONES
from ivr.queues import QUEUES

_PLAYED = re.compile(r"(?:\$\{HL_PROMPTS\}|\{\{ prompts \}\})/([a-z0-9_/-]+)")
#: The folder of the music while waiting, not a prompt.
_MUSIC = {"moh"}


def _in_templates() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.j2")]
    return {name for text in texts for name in _PLAYED.findall(text)} - _MUSIC


def _in_flows() -> set[str]:
    prompts, played = catalogue.load(Settings()), set()
    for path in loader.FOLDER.glob("*.toml"):
        for step in loader.load(path.stem, prompts, QUEUES).steps.values():
            if isinstance(step.action, Menu):
                played |= {*step.action.play, step.action.wrong_key}
    return played


def test_what_is_played_and_what_is_in_the_catalogue_are_the_same() -> None:
    played = _in_flows() | _in_templates()
    assert played == {*catalogue.load(Settings()), *TONES}


def test_nothing_else_is_played() -> None:
    """A Playback of a file that is none of ours returns at once, unheard."""
    for path in (TEMPLATES / "dialplan").iterdir():
        for call in re.findall(r"(?:Playback|Background)\(([^)]*)\)", path.read_text(encoding="utf-8")):
            for file in call.split(",")[0].split("&"):
                assert _PLAYED.fullmatch(file), f"{path.name}: {file}"
