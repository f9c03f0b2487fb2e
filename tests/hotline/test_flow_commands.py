"""`hotline flow`: what a person at a shell reads, and the exit status scripts look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import get_settings
from hotline import cli
from hotline.refusal import EXIT_REFUSED
from ivr.flows import loader


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path / "state"))
    get_settings.cache_clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "agent_first.toml"
    path.write_text(loader.packaged("agent_first") + "\n# 本市\n", encoding="utf-8")
    return path


def test_a_file_is_checked_published_and_remembered(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["flow", "check", str(file)]) == 0
    assert cli.main(["flow", "publish", str(file), "--note", "加一行"]) == 0
    assert "第 1 版" in capsys.readouterr().out
    assert cli.main(["flow", "history"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "0"]
    assert lines[0].endswith("加一行")
    assert cli.main(["flow", "publish", str(file), "--note", "再来"]) == EXIT_REFUSED
    assert "没有改动" in capsys.readouterr().err


def test_mistakes_are_told_with_line_and_fix(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = file.read_text(encoding="utf-8") + '[steps.lonely]\nlabel = "x"\nmessage = true\n'
    file.write_text(text, encoding="utf-8")
    line = text.splitlines().index("[steps.lonely]") + 1
    assert cli.main(["flow", "check", str(file)]) == EXIT_REFUSED
    assert f"agent_first.toml:{line} [steps.lonely]" in capsys.readouterr().out
    assert cli.main(["flow", "publish", str(file), "--note", "坏"]) == EXIT_REFUSED
    assert "hotline flow check" in capsys.readouterr().err


def test_what_is_no_flow_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["check", str(tmp_path / "other.toml")], ["check", str(tmp_path / "no_menu.toml")]):
        assert cli.main(["flow", *words]) == EXIT_REFUSED
    assert cli.main(["flow", "history", "../x"]) == EXIT_REFUSED
    assert capsys.readouterr().err.count("hotline: ") == 3
