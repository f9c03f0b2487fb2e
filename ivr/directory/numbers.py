"""Numbers a caller may be transferred to: of the directory and of the allow-list, checked anew each time.

The rules for calling out (`ivr.outbound.allowed`) hold here as well: nothing that costs more, nothing abroad.
"""

from __future__ import annotations

import re

from core.errors import InvalidError
from core.phone import normalise
from core.settings import Settings
from ivr.outbound.allowed import NumberRefusedError, Refusal, Rules, check


class NumberNotAllowedError(InvalidError):
    """Callers may not be transferred to this number."""

    code = "number_not_allowed"

    def __init__(self) -> None:
        super().__init__("这个号码不在允许转接的范围内。")


def of_directory(number: str, settings: Settings) -> str:
    """`number` as the directory may hold and dial it: also short numbers such as 110, unlike other calls.

    Raises:
        NumberNotAllowedError
    """
    try:
        return check(number, Rules.of(settings))
    except NumberRefusedError as error:
        if error.refusal is Refusal.SHORT:
            return normalise(number, settings.sip.area_code).normal
        raise NumberNotAllowedError from error


def keyed_in(number: str, settings: Settings) -> str:
    """`number` as it is dialled when a seat writes it itself: only what `transfer.allow` names.

    Raises:
        NumberNotAllowedError
    """
    try:
        found = check(number, Rules.of(settings))
    except NumberRefusedError as error:
        raise NumberNotAllowedError from error
    patterns = (pattern.replace("X", "[0-9]") for pattern in settings.transfer.allow)
    if not any(re.fullmatch(pattern, found) for pattern in patterns):
        raise NumberNotAllowedError
    return found
