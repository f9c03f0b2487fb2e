"""The command `hotline prompts`."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.cli import main
from hotline.refusal import EXIT_REFUSED
from tests.spoken import copy_prompts


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("state")
def test_nothing_built_fails_the_check_and_names_each_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "--check"]) == EXIT_REFUSED
    told = capsys.readouterr().err
    for name in ("zh_CN/greeting.alaw", "zh_CN/greeting.sln16", "en/greeting.alaw", "en/digits/7.sln16"):
        assert f"{name}: no audio" in told


def test_a_refused_recording_is_named_and_does_not_silence_the_prompt(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_prompts(state / "prompts")
    broken = state / "studio" / "en" / "goodbye.wav"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"RIFF, or so it says")
    assert main(["prompts"]) == EXIT_REFUSED
    assert f"{broken}: " in capsys.readouterr().err
    assert main(["prompts", "--check"]) == EXIT_REFUSED
    assert str(broken) in capsys.readouterr().err
    broken.unlink()
    assert main(["prompts"]) == 0
    assert main(["prompts", "--check"]) == 0


def test_the_list(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy_prompts(state / "prompts")
    assert main(["prompts", "--list"]) == 0
    rows = [row.split("\t") for row in capsys.readouterr().out.splitlines()]
    found = {(name, language): (source, text) for name, language, _seconds, source, text in rows}
    assert found["greeting", "zh_CN"][0] == "synthesised"
    assert found["digits/5", "en"] == ("synthesised", "five")
    assert ("digits/wan", "en") not in found
