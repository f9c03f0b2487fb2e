"""The route table: one decorated function is the handler, its checks and its documentation."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from http import HTTPMethod
from typing import Any, ClassVar, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, field_validator
from pydantic_core import PydanticCustomError

from core.errors import NotLoggedInError
from core.tables import Account, Role
from web.services import SERVICES, Services

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)

#: Nobody needs to be logged in.
PUBLIC: frozenset[Role] | None = None
#: Everybody who has an account.
EVERYBODY = frozenset(Role)
#: Who works with calls. All others of `EVERYBODY` work on cases alone.
STAFF = frozenset({Role.SEAT, Role.INSPECTOR, Role.SHIFT_LEADER, Role.ADMINISTRATOR})
#: Who works on calls and cases; an inspector only judges how others did.
WORKERS = STAFF - {Role.INSPECTOR}


class Asked(BaseModel):
    """Base of what a client sends: unknown names are an error, text holds no NUL (PostgreSQL cannot)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        if isinstance(value, str) and "\x00" in value:
            raise PydanticCustomError("control_character", "control character")
        return value


class Answer(BaseModel):
    """Base of everything the API answers with."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    #: It has a secret that nobody may learn again: never kept for a request that is sent again.
    shown_once: ClassVar[bool] = False


@dataclass(frozen=True)
class Ask:
    """One request on its way through a handler."""

    request: web.Request
    visitor: Account | None

    @property
    def account(self) -> Account:
        """Who asks.

        Raises:
            NotLoggedInError: nobody is logged in.
        """
        if self.visitor is None:
            raise NotLoggedInError
        return self.visitor

    @property
    def services(self) -> Services:
        return self.request.app[SERVICES]

    @property
    def address(self) -> str:
        """Address of the client, for the audit trail."""
        return self.request.remote or ""


@dataclass(frozen=True)
class Route:
    """One line of the API. Models are the handler's annotations of `path`, `query`, `body` and `return`."""

    method: HTTPMethod
    #: Below /api/v1, with `{name}` for path parameters.
    path: str
    summary: str
    #: Who may; None: anybody, logged in or not.
    roles: frozenset[Role] | None
    handler: Handler
    #: Status of success.
    status: int
    #: Media type of success.
    media: str
    #: Statuses of failure beyond those every route has.
    errors: tuple[int, ...]
    models: dict[str, type[BaseModel]]
    answer: Any
    #: Media type of a body the handler reads itself; empty: the model `body`, or none.
    takes: str = ""


class Routes:
    """A group of routes with one tag in the documentation."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def add(
        self,
        method: HTTPMethod,
        path: str,
        summary: str,
        *,
        roles: frozenset[Role] | None,
        status: int = 200,
        media: str = "application/json",
        errors: tuple[int, ...] = (),
        takes: str = "",
    ) -> Callable[[H], H]:
        """Put the decorated handler into the table."""

        def keep(handler: H) -> H:
            hints = typing.get_type_hints(handler)
            models: dict[str, type[BaseModel]] = {
                name: hints[name] for name in ("path", "query", "body") if name in hints
            }
            unknown = set(inspect.signature(handler).parameters) - {"ask", *models}
            if unknown:
                raise TypeError(f"{handler.__name__}: parameters {unknown} have no place in a request")
            answer = hints["return"]
            self._routes.append(
                Route(method, path, summary, roles, handler, status, media, errors, models, answer, takes)
            )
            return handler

        return keep
