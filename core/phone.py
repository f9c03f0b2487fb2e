"""Phone numbers as Chinese carriers send them, in one form: normalised once, the raw value kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers


class NumberKind(StrEnum):
    """What sort of number a caller has."""

    MOBILE = "mobile"  #: 手机
    LANDLINE = "landline"  #: 固定电话
    SHORT = "short"  #: 短号: 95xxx, 100xx, 12xxx, 400…
    WITHHELD = "withheld"  #: 未显示号码
    FOREIGN = "foreign"  #: 境外号码
    INVALID = "invalid"  #: 无效号码


@dataclass(frozen=True)
class PhoneNumber:
    """`raw` as given; `normal` as 13800001234, 041188886666, 95588 or +85221234567, '' if there is none."""

    raw: str
    normal: str
    kind: NumberKind


_WITHHELD = {
    "",
    "anonymous",
    "restricted",
    "unavailable",
    "unknown",
    "private",
    "withheld",
    "blocked",
    "null",
}
_SEPARATORS = str.maketrans("", "", " -().")
_DIALLED = re.compile(r"\+?[0-9]{3,20}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
#: Allow-list of short numbers: emergency, services 12xxx, banks 95xxx, local 96xxx, carriers, 400/800.
_SHORT = re.compile(
    r"11[0249]|12[02]|12[0-9]{3}|11185|11183|116114|118114|95[0-9]{3,6}|96[0-9]{3,4}|100[0-9]{2,3}|[48]00[0-9]{7}"
)
_AREA_AND_SHORT = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})(?P<short>1[0-2][0-9]{1,4}|9[56][0-9]{3,4})")


def normalise(raw: str, area_code: str) -> PhoneNumber:
    """`raw` sorted and brought into one form; never raises, whatever a carrier or caller sends.

    Args:
        raw: as received, kept unchanged in the answer.
        area_code: with its 0, put before local numbers of 7 or 8 digits.
    """
    text = raw.strip() if len(raw) <= 64 else raw
    if text.strip('"<>').lower() in _WITHHELD:
        return PhoneNumber(raw, "", NumberKind.WITHHELD)
    digits = text.translate(_SEPARATORS)
    if len(text) > 32 or not _DIALLED.fullmatch(digits):
        return PhoneNumber(raw, "", NumberKind.INVALID)
    for prefix in ("+86", "0086"):
        if digits.startswith(prefix):
            return PhoneNumber(raw, *_after_country_code(digits.removeprefix(prefix), area_code))
    if digits.startswith(("+", "00")):
        return PhoneNumber(raw, *_foreign("+" + digits.removeprefix("+").removeprefix("00")))
    found = _domestic(digits, area_code)
    if found is None and digits.startswith("86") and len(digits) >= 12:
        return PhoneNumber(raw, *_after_country_code(digits.removeprefix("86"), area_code))
    return PhoneNumber(raw, *(found or ("", NumberKind.INVALID)))


def _domestic(digits: str, area_code: str) -> tuple[str, NumberKind] | None:
    if _SHORT.fullmatch(digits):
        return digits, NumberKind.SHORT
    if _MOBILE.fullmatch(digits.removeprefix("0")):
        return digits.removeprefix("0"), NumberKind.MOBILE
    if _LANDLINE.fullmatch(digits):
        return digits, NumberKind.LANDLINE
    if _LOCAL.fullmatch(digits):
        return area_code + digits, NumberKind.LANDLINE
    short = _AREA_AND_SHORT.fullmatch(digits)
    if short and _SHORT.fullmatch(short["short"]):
        return short["short"], NumberKind.SHORT
    return None


def _after_country_code(digits: str, area_code: str) -> tuple[str, NumberKind]:
    """Behind +86 the area code has lost its 0; some carriers leave it on."""
    found = _domestic(digits, area_code)
    if found is None and not digits.startswith("0"):
        found = _domestic("0" + digits, area_code)
    return found or ("", NumberKind.INVALID)


def _foreign(e164: str) -> tuple[str, NumberKind]:
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        possible = False
    return (e164, NumberKind.FOREIGN) if possible else ("", NumberKind.INVALID)


def mask(number: str) -> str:
    """`number` with its middle hidden, 138****1234; numbers of up to 6 digits are public and shown."""
    if len(number) <= 6:
        return number
    if len(number) <= 10:
        return f"{number[:2]}****{number[-2:]}"
    return f"{number[: min(len(number) - 8, 4)]}****{number[-4:]}"
