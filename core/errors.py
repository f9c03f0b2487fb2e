"""Errors with a stable code. A subclass's docstring is the message a person reads."""

from __future__ import annotations


class HotlineError(Exception):
    """Something went wrong."""

    code = "error"
    #: HTTP status the API answers with.
    status = 400

    def __init__(self, message: str = "", **details: object) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        self.details = details


class NotFoundError(HotlineError):
    """There is no such thing."""

    code, status = "not_found", 404


class ForbiddenError(HotlineError):
    """Your role may not do this."""

    code, status = "forbidden", 403


class NotLoggedInError(HotlineError):
    """Please log in first."""

    code, status = "not_logged_in", 401


class WrongPasswordError(HotlineError):
    """User name or password is wrong."""

    code, status = "wrong_password", 401


class AccountLockedError(HotlineError):
    """Too many wrong passwords; the account is locked for a while."""

    code, status = "account_locked", 429


class ConflictError(HotlineError):
    """Somebody else changed this first; reload and try again."""

    code, status = "conflict", 409


class InvalidError(HotlineError):
    """The form has mistakes; `fields` in the details names each one."""

    code, status = "invalid", 422


class UnavailableError(HotlineError):
    """A part this needs is not answering just now."""

    code, status = "unavailable", 503
