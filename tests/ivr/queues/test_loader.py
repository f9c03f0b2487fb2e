"""The file of queues: what it says, and every mistake in it with the place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.calendar import ALWAYS
from core.settings import Queue as QueueSettings
from core.settings import Settings
from ivr.queues import QUEUES, Queue, QueueFileError, load, parse

GENERAL = '[general]\nlabel = "综合"\nlabel_en = "General"\n'


def _parse(text: str) -> dict[str, Queue]:
    return parse("queues.toml", text, 30)


def test_the_packaged_queues() -> None:
    queues = load(Settings.model_construct(queue=QueueSettings(max_wait_s=44)))
    assert list(queues) == list(QUEUES) == ["general", "emergency", "english", "dialect", "enterprise"]
    assert queues["general"].max_wait_s == 44
    assert queues["emergency"].priority > queues["general"].ageing_limit, "waiting never overtakes it"
    assert all(queue.hours == ALWAYS for queue in queues.values() if queue.name != "enterprise")
    assert {queue.language for queue in queues.values()} == {"zh_CN", "en"}


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        GENERAL + 'overflow = { to = "night", after_s = 20 }\n'
        'hours = "08:30-17:30"\nclosed = { then = "queue", queue = "night" }\nlast_seat_days = 0\n'
        '[night]\nlabel = "夜间值班"\nlabel_en = "Night"\nmax_wait_s = 90\ncallback = false\n',
        encoding="utf-8",
    )
    queues = load(Settings.model_construct(queue=QueueSettings(file=file)))
    assert (queues["general"].overflow_to, queues["general"].overflow_after_s) == ("night", 20)
    assert (queues["general"].closed.then, queues["general"].closed.queue) == ("queue", "night")
    assert (queues["night"].max_wait_s, queues["night"].offers_callback) == (90, False)


MISTAKES = {
    "unknown key": ("ring_all = true\n", 4, "unknown 'ring_all'"),
    "a wrong type": ('max_callers = "9"\n', 4, "must be a int"),
    "a flag that is none": ("callback = 1\n", 4, "must be a bool"),
    "a number that is a flag": ("max_callers = true\n", 4, "must be a int"),
    "too small": ("\nmax_wait_s = 0\n", 5, "must be 1 to 7200"),
    "a strategy nobody has": ('strategy = "linear"\n', 4, "write one of leastrecent"),
    "a language nobody speaks": ('language = "ja"\n', 4, "write one of zh_CN, en"),
    "hours": ('hours = "9-17"\n', 4, "write always, 08:30-17:30"),
    "overflow into nothing": ('overflow = { to = "x", after_s = 5 }\n', 4, "no queue 'x'"),
    "overflow to itself": ('overflow = { to = "general", after_s = 5 }\n', 4, "round for ever at 'general'"),
    "overflow without a time": ('overflow = { to = "general" }\n', 4, "write { to = "),
    "overflow too late": (
        'overflow = { to = "b", after_s = 30 }\n[b]\nlabel="b"\nlabel_en="b"\n',
        4,
        "never",
    ),
    "closed, then what": ('closed = { then = "hang_up" }\n', 4, "then = message, queue or goodbye"),
    "closed into nothing": ('[general.closed]\nthen = "queue"\nqueue = "x"\n', 4, "no queue 'x'"),
    "closed without the queue": ('closed = { then = "queue" }\n', 4, "belong together"),
    "closed with a list": ('closed = { then = ["queue"] }\n', 4, "are texts"),
    "a prompt that is a path": ('closed = { prompt = "../../etc/passwd" }\n', 4, "id of a prompt"),
    "overflow into a queue that closes": (
        'overflow = { to = "b", after_s = 5 }\n[b]\nlabel="b"\nlabel_en="b"\nhours="08:30-17:30"\n',
        4,
        "closed at times",
    ),
    "a skill for a shell": ('skill = "$(id)"\n', 4, "a-z, 0-9"),
    "two that overflow into each other": (
        'overflow = { to = "b", after_s = 5 }\n'
        '[b]\nlabel="b"\nlabel_en="b"\noverflow = { to = "general", after_s = 5 }\n',
        4,
        "round for ever at 'general'",
    ),
    "two that hand each other the night": (
        'closed = { then = "queue", queue = "b" }\n'
        '[b]\nlabel="b"\nlabel_en="b"\nclosed = { then = "queue", queue = "general" }\n',
        4,
        "round for ever",
    ),
    "a name for a shell": ('["a b"]\nlabel="b"\nlabel_en="b"\n', 1, "name it with a-z"),
    "no label": ("[b]\n", 4, "give it a label"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told_with_their_place(mistake: str) -> None:
    text, line, problem = MISTAKES[mistake]
    with pytest.raises(QueueFileError) as error:
        _parse(GENERAL + text)
    assert str(error.value).startswith(f"queues.toml:{line}: ["), error.value
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", r"there is no \[general\]"),
        ("general = 1\n", "must be a section"),
        ("[general\n", "line 1"),
        (GENERAL + "[general]\n", "correct the TOML"),
    ],
)
def test_files_that_are_no_file_of_queues(text: str, problem: str) -> None:
    with pytest.raises(QueueFileError, match=problem):
        _parse(text)


def test_a_prompt_nobody_has_recorded(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(GENERAL + 'closed = { prompt = "queue-shut" }\n', encoding="utf-8")
    with pytest.raises(QueueFileError, match=r"own\.toml:4: .*'queue-shut' is not in the catalogue"):
        load(Settings.model_construct(queue=QueueSettings(file=file)))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(QueueFileError, match=r"no\.toml: cannot be read"):
        load(Settings.model_construct(queue=QueueSettings(file=tmp_path / "no.toml")))
