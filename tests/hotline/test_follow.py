"""A log's new lines come out whole and once, also across its rotation."""

from __future__ import annotations

import io
from pathlib import Path

from hotline.follow import Console, Follower


def test_only_new_whole_lines_are_told(tmp_path: Path) -> None:
    log = tmp_path / "agi.log"
    log.write_text("old\n", encoding="utf-8")
    follower = Follower(log)
    with log.open("a", encoding="utf-8") as out:
        out.write("first\nsec")
        out.flush()
        assert follower.lines() == ["first"]
        out.write("ond\n")
        out.flush()
        assert follower.lines() == ["second"]
    follower.close()


def test_a_log_that_appears_later_is_told_from_its_beginning(tmp_path: Path) -> None:
    follower = Follower(tmp_path / "web.log")
    assert follower.lines() == []
    (tmp_path / "web.log").write_text("hello\n", encoding="utf-8")
    assert follower.lines() == ["hello"]
    follower.close()


def test_rotation_loses_and_repeats_nothing(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("", encoding="utf-8")
    follower = Follower(log)
    with log.open("a", encoding="utf-8") as out:
        out.write("before\n")
    log.rename(tmp_path / "web.log.1")
    log.write_text("after\n", encoding="utf-8")
    assert follower.lines() == ["before", "after"]
    assert follower.lines() == []
    follower.close()


def test_lines_carry_the_name_and_no_colour_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    Console(["agi"], out).say("agi", "ready")
    assert out.getvalue() == "agi         | ready\n"
