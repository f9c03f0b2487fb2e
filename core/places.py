"""Where a phone number is from (归属地)."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from core.phone import NumberKind

_HAVE_A_PLACE = frozenset({NumberKind.MOBILE, NumberKind.LANDLINE, NumberKind.FOREIGN})


def load() -> None:
    """Read the tables: a third of a second and some 60 MB, which only who shows places should spend."""
    place_of("13800001234", NumberKind.MOBILE)


@lru_cache(maxsize=4096)
def place_of(number: str, kind: str) -> str:
    """Province and city, or country, in Chinese; empty for short numbers and where nobody knows.

    `number` and `kind` are those of `core.phone.normalise`.
    """
    if kind not in _HAVE_A_PLACE:
        return ""
    from phonenumbers import geocoder  # the tables are read with it

    try:
        return str(geocoder.description_for_number(phonenumbers.parse(number, "CN"), "zh"))
    except phonenumbers.NumberParseException:
        return ""
