"""What can be wrong with a question to the switch."""

from __future__ import annotations

from core.errors import UnavailableError


class SwitchUnavailableError(UnavailableError):
    """The switch is not answering just now; try again in a moment."""

    code = "switch_unavailable"


class SwitchRefusedError(UnavailableError):
    """The switch refused."""

    code, status = "switch_refused", 409
