"""The supervisor's configuration says what we think it says: supervisor's own parser reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from core.settings import Paths, Settings
from hotline import supervise
from hotline.processes import ENTRIES, NAMES, NATIVE


def parsed(settings: Settings, tmp_path: Path) -> ServerOptions:
    for folder in (supervise.run_dir(settings), settings.log_dir):
        folder.mkdir(parents=True)
    path = tmp_path / "supervisord.conf"
    path.write_text(supervise.configuration(settings), encoding="utf-8")
    options = ServerOptions()
    options.configfile = str(path)
    options.process_config(do_usage=False)
    return options


@pytest.mark.parametrize("folder", ["state", "with blank", "100%", "城市"])
def test_every_part_restarts_and_ends_with_its_children(folder: str, tmp_path: Path) -> None:
    settings = Settings(paths=Paths(state=tmp_path / folder))
    groups = parsed(settings, tmp_path).process_group_configs
    assert [group.name for group in sorted(groups)] == list(NAMES)
    for group in groups:
        (program,) = group.process_configs
        assert program.autorestart
        assert program.stopasgroup
        assert program.killasgroup
        assert program.stdout_logfile == str(settings.log_dir / f"{program.name}.log")
        assert program.command.endswith(f"-m hotline process {program.name}")


def test_every_name_has_an_entry() -> None:
    assert set(NAMES) == set(ENTRIES) | set(NATIVE)


def test_the_control_socket_fits_where_the_state_folder_has_a_long_name(tmp_path: Path) -> None:
    near = supervise.socket_path(Settings(paths=Paths(state=Path("/srv/hotline"))))
    far = supervise.socket_path(Settings(paths=Paths(state=tmp_path / ("d" * 120))))
    assert near == Path("/srv/hotline/run/supervisor.sock")
    assert len(str(far)) < 108
