"""What can be asked of `hotline simulate`."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date

#: A Monday; the Labour Day holiday and its make-up workday lie in the days after it.
DEFAULT_DAY = date(2026, 4, 27)


@dataclass(frozen=True)
class Wanted:
    """What is to be played."""

    cases: int = 5000
    #: Days the cases are followed, the day of the calls among them.
    days: int = 14
    seed: int = 12319
    day: date = DEFAULT_DAY
    #: Components (部件) of the made-up city.
    parts: int = 500
    #: How often the timers run, minutes; in the house it is every 10 s.
    timers_min: int = 30
    #: A local day off is declared in the middle; not in a database somebody else uses.
    declares_day: bool = True


def register(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--cases", type=int, default=5000, help="calls of the day (default %(default)s)")
    parser.add_argument("--days", type=int, default=14, help="days they are followed (default %(default)s)")
    parser.add_argument("--seed", type=int, default=12319, help="the same seed, the same day")
    parser.add_argument("--day", type=date.fromisoformat, default=DEFAULT_DAY, help="YYYY-MM-DD")
    parser.add_argument("--database-url", default="", help="instead of a SQLite file that is thrown away")
    parser.add_argument(
        "--live", action="store_true", help="allow the hotline's own database, if it has no cases yet"
    )
