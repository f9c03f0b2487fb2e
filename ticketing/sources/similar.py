"""Whether two reports tell of one matter. Pure."""

from __future__ import annotations

import re

from ticketing.places.geometry import distance_m
from ticketing.sources.channels import MACHINES
from ticketing.sources.reports import Report
from ticketing.sources.tables import Source

_BLANKS = re.compile(r"[\s,.;:!?，。；：！？、]+")


def alike(source: Source, new: Report, old: Report) -> bool:
    """Whether `new` only repeats `old`, of the same reporter, by the source's rules.

    A machine that goes on about the same thing at the same place repeats itself. A person does only when the
    words are nearly the same; neighbours who complain of one thing are two reports, which the hints of the
    case's page bring together.
    """
    if new.category != old.category:
        return False
    if source.channel in MACHINES and (new.device or old.device):
        return new.device == old.device
    return _is_near(source, new, old) and _words(source, new, old)


def likeness(one: str, other: str) -> int:
    """How many of the pairs of characters of two texts are in both, percent; blanks and marks left out."""
    first, second = _pairs(one), _pairs(other)
    return round(100 * len(first & second) / len(first | second))


def _pairs(text: str) -> set[str]:
    plain = _BLANKS.sub("", text)
    return {plain[at : at + 2] for at in range(max(1, len(plain) - 1))}


def _words(source: Source, new: Report, old: Report) -> bool:
    return likeness(new.description, old.description) >= source.similar_percent


def _is_near(source: Source, new: Report, old: Report) -> bool:
    here, there = (new.longitude, new.latitude), (old.longitude, old.latitude)
    if None not in here and None not in there:
        lon1, lat1, lon2, lat2 = (float(one or 0) for one in (*here, *there))
        return distance_m(lon1, lat1, lon2, lat2) <= source.similar_m
    if here != there:
        return False
    return _BLANKS.sub("", new.address) == _BLANKS.sub("", old.address)
