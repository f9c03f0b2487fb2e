"""No disk, no tool, no place to write: one sentence each, and nothing is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import Flow, Paths, Queue, Settings
from hotline import preflight
from hotline.refusal import Refusal


def with_native(tmp_path: Path, *programs: str) -> Settings:
    for name in programs:
        path = tmp_path / "native" / "usr" / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Settings(paths=Paths(state=tmp_path / "state", native=tmp_path / "native"))


def test_a_full_disk_is_refused_with_what_is_free_and_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"has 12 MiB free; 200 are needed"):
        preflight.check_disk(with_native(tmp_path), 200, free=lambda _path: 12 << 20)


def test_enough_disk_is_no_problem(tmp_path: Path) -> None:
    preflight.check_disk(with_native(tmp_path), 200, free=lambda _path: 200 << 20)


def test_free_space_is_that_of_the_folder_to_be_made(tmp_path: Path) -> None:
    assert preflight.free_bytes(tmp_path / "not" / "yet") == pytest.approx(
        preflight.free_bytes(tmp_path), rel=0.1
    )


def test_a_missing_program_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    settings = with_native(tmp_path, "asterisk", "redis-server", "ffmpeg")
    with pytest.raises(
        Refusal, match=r"^espeak-ng missing in .*native \(paths\.native\): run `hotline setup`"
    ):
        preflight.check_tools(settings)


def test_a_missing_program_of_the_host_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = Settings(paths=Paths(state=tmp_path, use_host_binaries=True))
    with pytest.raises(
        Refusal, match="Not installed on this host: asterisk, redis-server, ffmpeg, espeak-ng"
    ):
        preflight.check_tools(settings)


def test_missing_bubblewrap_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = with_native(tmp_path, *preflight.NATIVE_PROGRAMS)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refusal, match="bwrap is missing"):
        preflight.check_tools(settings)


def test_a_state_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(Refusal, match=r"paths\.state\) is no place to write"):
        preflight.check_state(with_native(tmp_path))


def test_nobody_else_reads_the_state_folder(tmp_path: Path) -> None:
    settings = with_native(tmp_path)
    preflight.check_state(settings)
    assert settings.paths.state.stat().st_mode & 0o777 == 0o711
    assert settings.archive_dir.stat().st_mode & 0o077 == 0


def test_a_menu_that_names_a_queue_this_hotline_has_not(tmp_path: Path) -> None:
    """A city's own file of queues, and a menu that needs more."""
    own = tmp_path / "queues.toml"
    own.write_text('[general]\nlabel = "综合"\nlabel_en = "General"\nskill = "general"\n', encoding="utf-8")
    settings = Settings(flow=Flow(preset="full_menu"), queue=Queue(file=own))
    with pytest.raises(Refusal, match=r"full_menu\.toml:\d+ \[steps\.person\].*english"):
        preflight.check_menu(settings)
    for preset in ("agent_first", "no_menu"):
        preflight.check_menu(Settings(flow=Flow(preset=preset), queue=Queue(file=own)))
    broken = tmp_path / "broken.toml"
    broken.write_text("[general]\n", encoding="utf-8")
    with pytest.raises(Refusal, match=r"broken\.toml"):
        preflight.check_menu(Settings(queue=Queue(file=broken)))
