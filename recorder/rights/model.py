"""Rights over recordings as plain data: which there are, how far each reaches, what each role begins with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.tables import Role


class Right(StrEnum):
    """What a person may do with a recording; each is given by itself."""

    LISTEN = "listen"  #: 收听: hear it, read what was said
    REVEAL = "reveal"  #: 查看号码: the caller's whole number
    EXPORT = "export"  #: 导出: take a copy out
    DELETE = "delete"  #: 删除: propose and approve deletions
    INSPECT = "inspect"  #: 质检: score it


@dataclass(frozen=True)
class Limit:
    """The calls one line of a right reaches: all conditions that are set must hold. None set: every call."""

    #: Names of queues; empty: any.
    queues: frozenset[str] = frozenset()
    #: Codes of districts, as in the call's case; empty: any, also calls without a case.
    districts: frozenset[str] = frozenset()
    #: Only calls this person answered.
    own: bool = False
    #: Only calls nobody answered and whose caller did not ask to stay unknown (保密).
    nobodys: bool = False

    @property
    def is_everything(self) -> bool:
        return self == EVERYTHING


EVERYTHING = Limit()
#: How far a right reaches: as far as any of these. None: the person does not have it.
Scope = tuple[Limit, ...]
_ALL: Scope = (EVERYTHING,)

#: What each role begins with; a grant takes the place of its line.
DEFAULTS: Mapping[Role, Mapping[Right, Scope]] = {
    Role.SEAT: {Right.LISTEN: (Limit(own=True), Limit(nobodys=True))},
    Role.INSPECTOR: {Right.LISTEN: _ALL, Right.INSPECT: _ALL},
    Role.SHIFT_LEADER: {Right.LISTEN: _ALL, Right.REVEAL: _ALL, Right.EXPORT: _ALL},
    Role.ADMINISTRATOR: dict.fromkeys(Right, _ALL),
}


@dataclass(frozen=True)
class Granted:
    """One grant in force."""

    right: Right
    #: False: it takes the right away.
    allowed: bool
    limit: Limit


def scopes(
    role: str, grants: Iterable[Granted], extra: Collection[tuple[Role, Right]] = ()
) -> dict[Right, Scope]:
    """How far each right of a person reaches. A right with grants reaches as far as they say, whatever the
    role; one that is taken away by any of them is gone. `extra`: what a setting gives to whole roles."""
    found = {right: DEFAULTS.get(Role(role), {}).get(right, ()) for right in Right}
    found |= {right: _ALL for whose, right in extra if whose == role}
    by_right: dict[Right, list[Granted]] = {}
    for grant in grants:
        by_right.setdefault(grant.right, []).append(grant)
    for right, lines in by_right.items():
        is_taken = any(not line.allowed for line in lines)
        found[right] = () if is_taken else tuple(line.limit for line in lines)
    return found
