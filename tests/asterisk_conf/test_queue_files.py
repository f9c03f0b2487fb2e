"""Queues and skills in what Asterisk reads; its sounds are ours, in both languages."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from asterisk_conf.render import SeatPhone, Secrets, render
from core.settings import Paths, Settings
from ivr.prompts import catalogue
from ivr.queues import load, switch_name

SEATS = [
    SeatPhone("1001", "made-up-sip-secret-1", {"general": 0, "english": 1}),
    SeatPhone("1002", "made-up-sip-secret-2"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=Paths(state=tmp_path))


@pytest.fixture
def etc(settings: Settings) -> Path:
    return render(settings, Secrets(ami="made-up-ami-secret"), SEATS)


@pytest.fixture
def queues_conf(etc: Path) -> ConfigParser:
    text = (etc / "queues.conf").read_text(encoding="utf-8")
    parser = ConfigParser(comment_prefixes=(";",), delimiters=("=",), strict=True)
    parser.read_string(re.sub(r"\]\(.*\)", "]", text).replace("member => ", "member = "))
    return parser


def test_every_queue_is_one_on_the_switch(settings: Settings, queues_conf: ConfigParser) -> None:
    sections = {name for name in queues_conf.sections() if name.startswith("q-")}
    assert sections == {switch_name(name) for name in load(settings)}
    assert queues_conf["q-emergency"]["weight"] == "10"
    assert queues_conf["q-emergency"]["context"] == "hl-queue-keys-message"
    assert queues_conf["q-general"]["context"] == "hl-queue-keys"
    assert queues_conf["q-general"]["announce-position"] == "yes"


def test_every_seat_has_a_queue_of_its_own(queues_conf: ConfigParser) -> None:
    seats = [name for name in queues_conf.sections() if name.startswith("seat-")]
    assert seats == ["seat-1001", "seat-1002"]
    assert not any("member" in queues_conf[name] for name in seats), "a seat joins with the device it uses"


def test_the_switch_guards_the_wrap_up_the_exchange_begins(queues_conf: ConfigParser) -> None:
    assert queues_conf["queue-defaults"]["wrapuptime"] == "2"
    assert queues_conf["queue-defaults"]["autopause"] == "all"


def test_sounds_of_the_queue_are_prompts_of_ours(settings: Settings, queues_conf: ConfigParser) -> None:
    """Named without a folder, so that the caller's language says which."""
    defaults = queues_conf["queue-defaults"]
    names = [defaults[key] for key in ("queue-youarenext", "queue-thereare", "queue-callswaiting")]
    for section in queues_conf.sections():
        names += queues_conf[section].get("periodic-announce", "queue-again").split(",")
    assert set(names) <= set(catalogue.load(settings))
    assert defaults["queue-thankyou"] == ""


def test_both_languages_are_in_the_data_folder(settings: Settings, etc: Path) -> None:
    for _ in range(2):
        data = settings.asterisk_dir / "data"
        for language in ("zh_CN", "en"):
            assert (data / "sounds" / language).readlink() == settings.prompts_dir / language
        assert (data / "documentation").readlink() == Path("/usr/share/asterisk/documentation")
        render(settings, Secrets(ami="made-up-ami-secret"), SEATS)
    assert f"astdatadir => {settings.asterisk_dir / 'data'}" in (etc / "asterisk.conf").read_text("utf-8")


def test_a_seat_logs_in_to_its_queues_and_out_of_all(settings: Settings, etc: Path) -> None:
    text = (etc / "dialplan" / "from-seat.conf").read_text(encoding="utf-8")
    device = r"PJSIP/\$\{HL_DEVICE\}"
    joins = {
        seat: re.findall(rf"AddQueueMember\(([\w-]+),{device},(\d),,{seat},hint:{seat}@hl-seats\)", text)
        for seat in ("1001", "1002")
    }
    assert joins["1001"] == [("q-general", "0"), ("q-english", "1"), ("seat-1001", "0")]
    assert joins["1002"] == [("q-general", "0"), ("seat-1002", "0")]
    for device in ("", "w"):
        left = re.findall(rf"RemoveQueueMember\(([\w-]+)[^,]*,PJSIP/\$\{{HL_SEAT\}}{device}\)", text)
        assert left == [*(f"q-{name}" for name in load(settings)), "seat-"]


def test_one_hint_tells_of_both_devices_of_a_seat(etc: Path) -> None:
    text = (etc / "dialplan" / "hints.conf").read_text(encoding="utf-8")
    assert "exten => 1002,hint,PJSIP/1002&PJSIP/1002w\n" in text
