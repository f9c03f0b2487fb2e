"""What a failed attempt does to a recording: back-off, a readable reason, and in the end `damaged`."""

from __future__ import annotations

import errno
from datetime import datetime, timedelta
from typing import Any

from core.errors import HotlineError
from recorder.storage.protocol import StoreUnavailableError, WriteMismatchError
from recorder.tables import Recording, RecordingState
from recorder.vault.errors import WrongKeyError

#: Tries to archive before a person has to look.
MAX_ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=1)
_ERROR_LENGTH = 500
#: The machine's fault, not the recording's: tried again for as long as it takes.
_MACHINE_ERRORS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.ENOMEM,
    errno.EMFILE,
    errno.ENFILE,
    errno.EAGAIN,
}


class DamagedError(HotlineError):
    """Trying again cannot help; a person has to look."""

    code = "damaged"


def wait_after(attempts: int) -> timedelta:
    """Ten seconds after the first failed attempt, doubled by each further one, at most an hour."""
    doublings = min(attempts - 1, 20)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


def reason(error: BaseException) -> str:
    """The failure in one line for a person."""
    words = str(error) or (type(error).__doc__ or "").strip()
    return f"{type(error).__name__}: {words}"[:_ERROR_LENGTH]


def after_failure(recording: Recording, error: Exception, now: datetime) -> dict[str, Any]:
    """Column values after an attempt failed with `error` at `now`. Files are never touched here."""
    attempts = recording.attempts + 1
    values: dict[str, Any] = {
        "attempts": attempts,
        "last_error": reason(error),
        "leased_until": None,
        "next_try_at": now + wait_after(attempts),
    }
    is_machine = isinstance(error, OSError) and error.errno in _MACHINE_ERRORS
    is_machine = is_machine or isinstance(error, (StoreUnavailableError, WriteMismatchError, WrongKeyError))
    if isinstance(error, DamagedError) or (attempts >= MAX_ATTEMPTS and not is_machine):
        values |= {"state": RecordingState.DAMAGED, "next_try_at": None}
    return values
