"""Settings that do not fit: one sentence with section and field on stderr, status 69, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline import cli
from hotline.refusal import EXIT_REFUSED


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[web]\nport = 99999\n", "Setting web.port"),
        ("[web]\nprot = 1\n", "Setting web.prot"),
        ("[queue]\nmax_wait_s = 'soon'\n", "Setting queue.max_wait_s"),
        ("[nonsense]\nx = 1\n", "Setting nonsense"),
        ("[web\n", "is not valid TOML"),
    ],
)
def test_a_settings_file_that_does_not_fit(
    toml: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hotline.toml"
    path.write_text(toml, encoding="utf-8")
    monkeypatch.setenv("HOTLINE_CONFIG", str(path))
    assert cli.main(["run"]) == EXIT_REFUSED
    error = capsys.readouterr().err
    assert said in error
    assert str(path) in error
    assert "Traceback" not in error
    assert error.count("\n") == 1


def test_a_variable_that_does_not_fit_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTLINE_SIP_PORT", "many")
    assert cli.main(["calls"]) == EXIT_REFUSED
    assert "HOTLINE_SIP_PORT" in capsys.readouterr().err


def test_a_settings_file_named_but_missing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTLINE_CONFIG", str(tmp_path / "absent.toml"))
    assert cli.main(["calls"]) == EXIT_REFUSED
    assert "absent.toml (HOTLINE_CONFIG) does not exist" in capsys.readouterr().err


def test_a_running_hotline_is_needed_to_stop_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path))
    assert cli.main(["stop-part", "agi"]) == EXIT_REFUSED
    assert "No hotline is running" in capsys.readouterr().err
