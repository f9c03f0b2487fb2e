"""docs/case-workflow.md is what the table says."""

from __future__ import annotations

from core.settings import CHECKOUT
from ticketing.workflow import MOVES, STAGES, document

DOCUMENT = CHECKOUT / "docs" / "case-workflow.md"


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document.render(), "run `make docs`"


def test_every_stage_and_move_is_in_it() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in (*MOVES, *STAGES):
        assert f"`{name}`" in text, name
