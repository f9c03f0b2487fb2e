"""The files that are shipped with the hotline: classes, severity rows, places."""

from __future__ import annotations

import csv
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
#: Edition → its file. The key of a category is (edition, kind, code): codes repeat between editions.
EDITIONS = {
    "2007": "categories_cjt214_2007.csv",
    "2013": "categories_gbt30428_2_2013.csv",
    "2026": "categories_gbt47678_5_2026.csv",
}
#: Severity rows of the default edition: one city's limits, conditions in our own words.
SEVERITIES = "severity_2013.csv"
#: How the names of the shipped classes are spelt, so that loading them needs no dictionary.
PINYIN = "pinyin.csv"
#: The one in force (GB/T 30428.2-2013).
DEFAULT_EDITION = "2013"


def rows(file: str) -> list[dict[str, str]]:
    """The lines of a shipped CSV file by column name."""
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
