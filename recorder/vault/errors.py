"""What may be wrong with a sealed recording or with the key to it."""

from __future__ import annotations

from core.errors import HotlineError


class WrongKeyError(HotlineError):
    """The master key that is needed is missing, or its file holds another one.

    The machine's fault, never the recording's: nothing is overwritten, and work that needs the key waits.
    """

    code, status = "wrong_key", 503


class TamperedError(HotlineError):
    """The sealed file is not what was written: changed, cut short, put together anew, or another call's."""

    code, status = "tampered", 500
