"""`hotline places`: what it says and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hotline import cli
from hotline.refusal import EXIT_REFUSED


@pytest.fixture
def state(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for files, beside a hotline whose database is new."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path))
    return tmp_path


def _file(folder: Path, *features: Any) -> str:
    path = folder / "city.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return str(path)


def test_a_city_is_made_once_and_files_go_in_whole(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["places", "generate", "--parts", "50"]) == 0
    assert "部件 50 个" in capsys.readouterr().out
    assert cli.main(["places", "generate"]) == EXIT_REFUSED
    assert "drawn already" in capsys.readouterr().err
    lamp = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [121.65, 38.9]},
        "properties": {"code": "2102020137500000"},
    }
    bad = lamp | {"properties": {"code": "2102020137"}}
    assert cli.main(["places", "import", "parts", _file(state, lamp, bad)]) == 1
    err = capsys.readouterr().err
    assert "第 2 个要素（2102020137） code：须是 16 位数字" in err
    assert "共 1 处错误，什么都没有导入" in err
    assert cli.main(["places", "import", "parts", _file(state, lamp), "--check"]) == 0
    assert "尚未导入：新增 1" in capsys.readouterr().out
    assert cli.main(["places", "import", "parts", _file(state, lamp)]) == 0
    assert "已导入：新增 1，更新 0，不变 0" in capsys.readouterr().out


def test_a_file_that_is_not_there(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["places", "import", "parts", str(state / "none.json")]) == EXIT_REFUSED
    assert "cannot be read" in capsys.readouterr().err
