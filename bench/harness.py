"""What every benchmark shares: the machine's facts, CPU time of processes, medians, and where results go."""

from __future__ import annotations

import json
import os
import platform
import resource
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).parent / "results"
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, address: str = "127.0.0.1") -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], seconds: float, what: str, pause_s: float = 0.2) -> None:
    """Poll until `ready`.

    Raises:
        TimeoutError: not within `seconds`; the message names `what`.
    """
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(pause_s)


def cpu_s(roots: Mapping[str, int]) -> dict[str, float]:
    """CPU seconds, user and system, of each process with its living descendants and those it has waited for.

    A descendant that ended is counted in its parent's own figure, so two readings may be subtracted.
    """
    children: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # it ended between listing and reading
            continue
        number = int(stat.parent.name)
        children.setdefault(int(fields[1]), []).append(number)
        spent[number] = sum(int(ticks) for ticks in fields[11:15]) / _TICKS_PER_S
    return {name: _tree(root, children, spent) for name, root in roots.items()}


def tree_of(root: int) -> dict[int, tuple[float, int]]:
    """CPU seconds and resident bytes of a process and of each of its living descendants."""
    children: dict[int, list[int]] = {}
    seen: dict[int, tuple[float, int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # it ended between listing and reading
            continue
        number = int(stat.parent.name)
        children.setdefault(int(fields[1]), []).append(number)
        spent = sum(int(ticks) for ticks in fields[11:13]) / _TICKS_PER_S
        seen[number] = (spent, int(fields[21]) * resource.getpagesize())
    found, todo = {}, [root]
    while todo:
        number = todo.pop()
        if number in seen:
            found[number] = seen[number]
        todo += children.get(number, [])
    return found


def _tree(root: int, children: Mapping[int, list[int]], spent: Mapping[int, float]) -> float:
    total, todo = 0.0, [root]
    while todo:
        number = todo.pop()
        total += spent.get(number, 0.0)
        todo += children.get(number, [])
    return total


def medians(rows: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Median of each column over the rounds."""
    columns: dict[str, list[float]] = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return {name: median(values) for name, values in columns.items()}


def there_and_back(names: Sequence[str], number: int) -> Sequence[str]:
    """The order of round `number`: every second one backwards, so that none always goes first."""
    return names if number % 2 == 0 else names[::-1]


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print aligned columns."""
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        print("  " + "  ".join(cells))


def save(name: str, result: dict[str, Any]) -> None:
    """Write `results/<name>.json`: the result with the date and the machine it holds for."""
    facts = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "architecture": platform.machine(),
            "load_average": [round(value, 2) for value in os.getloadavg()],
        },
        "python": platform.python_version(),
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(json.dumps({**facts, **result}, indent=1, ensure_ascii=False) + "\n")
    unfinished.rename(path)
    print(f"  saved as bench/results/{path.name}\n")
