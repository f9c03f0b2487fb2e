"""`hotline simulate`: choose the database, play, and print the account."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from core.settings import Settings
from hotline import database
from hotline.refusal import Refusal
from hotline.simulate.day import Outcome, play
from hotline.simulate.options import Wanted

_MOST_TOLD = 20


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """0 when every count is explained, 1 when not.

    Raises:
        Refusal: there is nothing to play, or it would be played in a database that is in use.
    """
    if arguments.cases < 1 or arguments.days < 1:
        raise Refusal("There must be at least one case and one day.")
    url = arguments.database_url
    is_live = bool(url) and is_same(url, settings.database_url)
    if is_live and not arguments.live:
        raise Refusal("That is the hotline's own database: add --live if made-up cases are to go there.")
    wanted = Wanted(arguments.cases, arguments.days, arguments.seed, arguments.day, declares_day=not is_live)
    with tempfile.TemporaryDirectory(prefix="hotline-simulate-") as folder:
        own = f"sqlite+aiosqlite:///{Path(folder) / 'simulation.db'}"
        try:
            outcome = asyncio.run(play(url or own, wanted, is_own=not url, tells=True))
        except database.TROUBLES as error:
            raise database.refusal(settings, error) from None
    print(as_text(wanted, outcome))
    return 0 if outcome.is_right else 1


def is_same(one: str, other: str) -> bool:
    """Whether two URLs name the same database; drivers and passwords aside."""
    try:
        first, second = make_url(one), make_url(other)
    except ArgumentError:
        return False
    if first.get_backend_name() != second.get_backend_name():
        return False
    if first.get_backend_name() == "sqlite":
        return Path(first.database or "").resolve() == Path(second.database or "").resolve()
    return (first.host, first.port, first.database) == (second.host, second.port, second.database)


def as_text(wanted: Wanted, outcome: Outcome) -> str:
    """The account, a line each; what is wrong begins with an exclamation mark."""
    width = max(len(line.what) for line in outcome.lines)
    told = []
    for line in outcome.lines:
        parts = " + ".join(f"{name} {number}" for name, number in line.parts.items() if number) or "0"
        mark, sign = ("  ", "=") if line.is_right else ("! ", "≠")
        told.append(f"{mark}{line.what:<{width}} {line.counted:>8} {sign} {parts}")
    told += [f"! {problem}" for problem in outcome.problems[:_MOST_TOLD]]
    if len(outcome.problems) > _MOST_TOLD:
        told.append(f"! and {len(outcome.problems) - _MOST_TOLD} more")
    return "\n".join([*told, "", *_end(wanted, outcome)])


def _end(wanted: Wanted, outcome: Outcome) -> list[str]:
    played_s = max(outcome.played_s, 0.001)
    ratio = wanted.days * 86_400 / played_s
    wrong = len(outcome.problems) + sum(not line.is_right for line in outcome.lines)
    return [
        f"{wanted.cases} cases, {wanted.days} days from {wanted.day} in {played_s:.1f} s "
        f"({ratio:.0f} times as fast): {outcome.entries} history entries, "
        f"{outcome.entries / played_s:.0f} a second; checked in {outcome.checked_s:.1f} s.",
        f"Seed {wanted.seed}, history {outcome.digest[:16]}.",
        "Every count is explained." if outcome.is_right else f"{wrong} things do not add up.",
    ]
