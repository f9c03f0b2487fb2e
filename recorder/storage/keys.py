"""The names of objects: `YYYY/MM/DD/<call id>.<codec>[.enc]`, the same in every store.

A key is built from a call id alone and checked wherever it comes back from a row or a listing, so nothing
that a caller sent ever becomes part of a path.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from core.errors import NotFoundError
from recorder.legs import BadCallIdError, check_call_id

#: What an object is, by its ending; `.enc` behind it says that it is sealed.
SUFFIXES = ("ogg", "flac", "wav")
SEALED = ".enc"
_KEY = re.compile(rf"[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}/([a-z0-9.-]+)\.({'|'.join(SUFFIXES)})(\.enc)?")


def object_key(call_id: str, suffix: str = "ogg", *, sealed: bool = False) -> str:
    """The key of a call's recording; the day is the UTC day the call began.

    Raises:
        BadCallIdError: not an id of ours.
        ValueError: no such suffix.
    """
    if suffix not in SUFFIXES:
        raise ValueError(f"no such suffix: {suffix}")
    seconds = int(check_call_id(call_id).partition("-")[2].partition(".")[0])
    return f"{datetime.fromtimestamp(seconds, UTC):%Y/%m/%d}/{call_id}.{suffix}{SEALED if sealed else ''}"


def call_id_of(key: str) -> str:
    """The call whose recording `key` is.

    Raises:
        NotFoundError: not one of our keys.
    """
    match = _KEY.fullmatch(key)
    try:
        if match and object_key(match[1], match[2], sealed=bool(match[3])) == key:
            return match[1]
    except BadCallIdError:
        pass
    raise NotFoundError("there is no such recording")


def is_key(name: str) -> bool:
    """Whether `name` is one of our keys."""
    try:
        call_id_of(name)
    except NotFoundError:
        return False
    return True
