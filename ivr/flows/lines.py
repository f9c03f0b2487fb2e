"""Where in a flow file something stands: tomllib does not say, and a message without a line helps nobody."""

from __future__ import annotations

import re

_HEAD = re.compile(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?$")
_NAME = re.compile(r"""\s*(?P<quote>["']?)(?P<name>[A-Za-z0-9_*#-]+)(?P=quote)\s*=""")


class Lines:
    """Line numbers, from 1, of the tables and names of one TOML text."""

    def __init__(self, text: str) -> None:
        self._places: dict[tuple[str, ...], int] = {}
        self._last = 1
        table: tuple[str, ...] = ()
        for number, row in enumerate(text.splitlines(), start=1):
            self._last = number
            if head := _HEAD.match(row):
                table = tuple(part.strip().strip("\"'") for part in head[1].split("."))
                self._places.setdefault(table, number)
            elif name := _NAME.match(row):
                self._places.setdefault((*table, name["name"]), number)

    def of(self, *path: str) -> int:
        """The line of `path` (`"steps", "main", "keys"`), or of the nearest thing around it that has one."""
        for length in range(len(path), 0, -1):
            if found := self._places.get(path[:length]):
                return found
        return 1

    @property
    def last(self) -> int:
        return self._last
