"""Drawing lots (随机抽取), fair across days. Pure, and the same lot however often it is drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from itertools import zip_longest

from recorder.quality.rules import Candidate


def order(candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    """One seat's talks in the order they are drawn: a talk of every day before the second of any.

    Which days come first, and which talk of a day, hangs on `seed` alone, so that a draw that was cut off
    goes on where it was. Nobody who does not know the seed can tell who will be drawn.
    """
    days: dict[object, list[Candidate]] = defaultdict(list)
    for one in sorted(candidates, key=lambda one: _lot(seed, one.recording_id)):
        days[one.day].append(one)
    columns = [days[day] for day in sorted(days, key=lambda day: _lot(seed, day))]
    rounds = zip_longest(*columns)
    return [one for row in rounds for one in row if one is not None]


def _lot(seed: str, ticket: object) -> bytes:
    return sha256(f"{seed}:{ticket}".encode()).digest()
