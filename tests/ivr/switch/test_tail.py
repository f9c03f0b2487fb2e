"""Following the switch's file: no line is lost, whatever happens to the file or to us."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.switch import tail
from ivr.switch.tail import EventFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cel.log"


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def _texts(file: EventFile) -> list[str]:
    return [line.text for line in file.read()]


def test_no_file_yet(path: Path) -> None:
    assert EventFile(path).read() == []


def test_only_whole_lines_are_handed_out(path: Path) -> None:
    file = EventFile(path)
    _append(path, "on")
    assert _texts(file) == []
    _append(path, "e\ntw")
    assert _texts(file) == ["one"]
    file.commit()
    assert _texts(file) == []
    _append(path, "o\n")
    assert _texts(file) == ["two"]


def test_ids_name_lines_for_ever(path: Path) -> None:
    _append(path, "one\ntwo\nthree\n")
    file = EventFile(path)
    first = {line.text: line.id for line in file.read()}
    assert len(set(first.values())) == 3
    file.commit()
    path.with_suffix(".position").unlink()
    assert {line.text: line.id for line in EventFile(path).read()} == first


def test_without_a_commit_everything_comes_again(path: Path) -> None:
    _append(path, "one\ntwo\n")
    assert EventFile(path).read() == EventFile(path).read() != []


def test_restart_goes_on_at_the_position(path: Path) -> None:
    _append(path, "one\n")
    file = EventFile(path)
    file.read()
    file.commit()
    _append(path, "two\n")
    assert _texts(EventFile(path)) == ["two"]


def test_a_new_file_is_read_from_its_beginning(path: Path) -> None:
    _append(path, "one\ntwo\n")
    file = EventFile(path)
    old = file.read()
    file.commit()
    path.unlink()
    _append(path, "uno\nzwo\n")
    new = file.read()
    assert [line.text for line in new] == ["uno", "zwo"]
    assert not {line.id for line in old} & {line.id for line in new}


@pytest.mark.parametrize(
    "position", ["", '{"gener', "null", "[]", "7", "{}", '{"generation": null, "offset": null}', "\0\0\0"]
)
def test_a_spoilt_position_file_means_from_the_beginning(path: Path, position: str) -> None:
    _append(path, "one\n")
    path.with_suffix(".position").write_text(position)
    assert _texts(EventFile(path)) == ["one"]


def test_a_position_of_another_file_means_from_the_beginning(path: Path) -> None:
    _append(path, "one\n")
    path.with_suffix(".position").write_text(json.dumps({"generation": "0" * 12, "offset": 4}))
    assert _texts(EventFile(path)) == ["one"]


def test_bytes_that_are_no_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\nok\n")
    assert _texts(EventFile(path)) == ["\ufffd\ufffd", "ok"]


def test_long_files_come_in_batches(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "BATCH_LINES", 3)
    _append(path, "".join(f"{n}\n" for n in range(8)))
    file, batches = EventFile(path), []
    while batch := _texts(file):
        batches.append(batch)
        file.commit()
    assert batches == [["0", "1", "2"], ["3", "4", "5"], ["6", "7"]]


def test_a_long_file_is_set_aside_once_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "ROTATE_BYTES", 8)
    file = EventFile(path)
    _append(path, "one\ntwo\n")
    _append(path, "thr")
    assert len(file.read()) == 2
    file.commit()
    assert path.exists(), "a line is half written: not yet"
    _append(path, "ee\n")
    assert _texts(file) == ["three"]
    file.commit()
    assert not path.exists()
    assert file.read() == []
    _append(path, "four\n")
    assert _texts(file) == ["four"]
    file.commit()
    assert len(list(path.parent.glob("cel.*"))) == 3, "the new file, the old one and the position"


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_line_written_while_the_file_is_set_aside(
    path: Path, monkeypatch: pytest.MonkeyPatch, restarted: bool, begun: bool
) -> None:
    monkeypatch.setattr(tail, "ROTATE_BYTES", 8)
    file = EventFile(path)
    _append(path, "one\ntwo\n")
    with path.open("a", encoding="utf-8") as switch:
        file.read()
        file.commit()
        assert not path.exists()
        switch.write("late\n")
    if begun:
        _append(path, "new\n")
    file = EventFile(path) if restarted else file
    assert _texts(file) == ["late"]
    file.commit()
    if not begun:
        assert file.read() == []
        _append(path, "new\n")
    assert _texts(file) == ["new"]
    file.commit()
    assert file.read() == []


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=30))
def test_whatever_is_killed_when_every_line_comes_at_least_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool, bool]]
) -> None:
    path = tmp_path_factory.mktemp("tail") / "cel.log"
    file, stored, written = EventFile(path), {}, 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tail, "ROTATE_BYTES", 20)
        for count, commits, killed in [*steps, (0, True, False), (0, True, False)]:
            _append(path, "".join(f"line {written + n}\n" for n in range(count)))
            written += count
            if lines := file.read():
                stored |= {line.id: line.text for line in lines}
                if commits:
                    file.commit()
            file = EventFile(path) if killed else file
    assert list(stored.values()) == [f"line {n}" for n in range(written)]
