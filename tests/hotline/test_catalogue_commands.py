"""`hotline catalogue`: out, changed with a spreadsheet, in again; a bad file leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from core.settings import get_settings
from hotline import cli
from hotline.case_commands.catalogue import EXIT_WRONG
from hotline.refusal import EXIT_REFUSED


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("HOTLINE_PATHS_STATE", str(tmp_path / "state"))
    get_settings.cache_clear()


def edit(file: Path, change: Callable[[Workbook], None]) -> str:
    book = load_workbook(file)
    change(book)
    book.save(file)
    return str(file)


def test_out_and_in_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "catalogue.xlsx"
    assert cli.main(["catalogue", "export", str(file)]) == 0

    def add(book: Workbook) -> None:
        book["目录版本"].append(["dalian", "大连市扩展目录"])
        book["类别"].append(["dalian", "事件", "9901", "扩展", "占用盲道", "", "是", None, None])
        book["严重程度"].append(["dalian", "事件", "9901", 1, "盲人无法通行", 4, "工作时", "", None, None])

    edit(file, add)
    capsys.readouterr()
    assert cli.main(["catalogue", "import", str(file)]) == 0
    told = capsys.readouterr().out
    assert "新增 dalian 事件 9901 占用盲道" in told
    assert "新增 3，修改 0" in told
    assert "仅预览" in told
    assert cli.main(["catalogue", "import", str(file), "--apply"]) == 0
    assert "已导入" in capsys.readouterr().out
    assert cli.main(["catalogue", "import", str(file)]) == 0
    assert "新增 0，修改 0" in capsys.readouterr().out


def test_mistakes_are_named_and_nothing_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "catalogue.xlsx"
    cli.main(["catalogue", "export", str(file)])

    def spoil(book: Workbook) -> None:
        book["目录版本"].append(["dalian", "大连市扩展目录"])
        book["类别"].append(["dalian", "灾害", "9901", "扩展", "占用盲道", "", "是", None, None])

    edit(file, spoil)
    capsys.readouterr()
    assert cli.main(["catalogue", "import", str(file), "--apply"]) == EXIT_WRONG
    assert "“部件/事件”列：只能是：部件、事件、事项" in capsys.readouterr().out
    assert cli.main(["catalogue", "export", str(file), "--edition", "dalian"]) == EXIT_REFUSED


@pytest.mark.parametrize("words", [["import", "nowhere.xlsx"], ["export", "nowhere/x.xlsx"]])
def test_a_file_that_cannot_be_used_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["catalogue", *words]) == EXIT_REFUSED
    assert "nowhere" in capsys.readouterr().err


def test_no_spreadsheet_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.xlsx"
    file.write_text("not a spreadsheet", encoding="utf-8")
    assert cli.main(["catalogue", "import", str(file)]) == EXIT_REFUSED
    assert "不是有效的 XLSX 文件" in capsys.readouterr().err
