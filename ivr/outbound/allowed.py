"""Which numbers the hotline may call: an allow-list, so that nobody can make us pay for theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from core.errors import InvalidError
from core.phone import NumberKind, normalise
from core.settings import Settings

#: Information services by voice (声讯, 16x), banks 95x, companies 400/800 and satellite phones: the called or
#: the calling side pays more than for a plain call. An area code may stand before the first two.
_PREMIUM = re.compile(
    r"(?:0\d{2,3})?(?:16[0-9]{3,6}|9[56][0-9]{3,8})|[48]00[0-9]{7}|(?:1349|174[0-9])[0-9]{7}"
)
_DIGITS = re.compile(r"[0-9]{3,20}")
_MAY_BE_CALLED = (NumberKind.MOBILE, NumberKind.LANDLINE)


class Refusal(StrEnum):
    """Why a number is not called."""

    WITHHELD = "withheld"  #: 未显示号码
    PREMIUM = "premium"  #: 声讯台、企业热线、卫星电话
    SHORT = "short"  #: 短号
    FOREIGN = "foreign"  #: 境外号码
    INVALID = "invalid"  #: 无效号码


class NumberRefusedError(InvalidError):
    """This number may not be called."""

    code = "number_refused"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal=refusal)
        self.refusal = refusal


@dataclass(frozen=True)
class Rules:
    """What this city's hotline may call."""

    #: With its 0; put before local numbers.
    area_code: str
    #: Numbers allowed besides, exactly as dialled.
    extra: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        return cls(settings.sip.area_code, frozenset(settings.outbound.allow))


def check(number: str, rules: Rules) -> str:
    """`number` as it is dialled: digits only, mainland mobile or landline with area code.

    Raises:
        NumberRefusedError: it may not be called; `refusal` says why.
    """
    bare = number.strip()
    if bare in rules.extra and _DIGITS.fullmatch(bare):
        return bare
    found = normalise(number, rules.area_code)
    if found.normal in rules.extra and _DIGITS.fullmatch(found.normal):
        return found.normal
    if _PREMIUM.fullmatch(found.normal or bare):
        raise NumberRefusedError(Refusal.PREMIUM)
    if found.kind not in _MAY_BE_CALLED:
        raise NumberRefusedError(Refusal(found.kind))
    return found.normal
