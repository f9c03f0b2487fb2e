"""The dialplan as data: its lines, and where each can go on. For documents and checks, not for calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from asterisk_conf import forwards
from asterisk_conf.render import TEMPLATES, SeatPhone, our_numbers
from core.settings import Settings
from ivr import queues
from ivr.outbound.routes import dialplan_routes

_LINE = re.compile(
    r"(?:exten => (?P<exten>[^,]+),1|same => n(?:\((?P<label>\w+)\))?),(?P<app>\w+)\((?P<arguments>.*)\)"
)


@dataclass(frozen=True)
class Line:
    """One priority of an extension."""

    file: str
    context: str
    exten: str
    priority: int
    label: str
    app: str
    arguments: str


@dataclass(frozen=True)
class Target:
    """Where a line can go on: a priority number or label of an extension of a context."""

    context: str
    exten: str
    priority: str


@dataclass(frozen=True)
class File:
    """One file of the dialplan: what its head comment says, and its lines."""

    name: str
    about: str
    lines: tuple[Line, ...]

    @property
    def contexts(self) -> list[str]:
        """Its contexts in order."""
        return list(dict.fromkeys(line.context for line in self.lines))


def files(settings: Settings, seats: Sequence[SeatPhone] = ()) -> list[File]:
    """Every file of the dialplan, as the switch would read it."""
    environment = Environment(  # noqa: S701 - the output is Asterisk's configuration, not HTML
        loader=FileSystemLoader(TEMPLATES / "dialplan"), undefined=StrictUndefined
    )
    values = {
        "s": settings,
        "seats": seats,
        "numbers": our_numbers(settings.sip.did, settings.sip.area_code),
        "queues": queues.load(settings),
        "forwards": forwards.channels(settings),
        "transfer_routes": dialplan_routes(settings, "HL_NUMBER"),
    }
    return [
        _parse(name.removesuffix(".conf.j2"), environment.get_template(name).render(values))
        for name in sorted(environment.list_templates())
    ]


def targets(line: Line) -> list[Target]:
    """Where `line` can go on besides the next priority; an extension may be an expression (`${…}`)."""
    if line.app in ("Goto", "Gosub"):
        return [_target(line, split(line.arguments))]
    if line.app in ("GotoIf", "GosubIf"):
        branches = line.arguments.rpartition("?")[2].split(":")
        return [_target(line, split(branch)) for branch in branches if branch]
    return []


def split(arguments: str) -> list[str]:
    """An application's arguments; commas inside of brackets belong to what is in the brackets."""
    parts, depth = [""], 0
    for character in arguments:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _target(line: Line, parts: list[str]) -> Target:
    """`[[context,]extension,]priority`."""
    context, exten, priority = [line.context, line.exten, ""][: 3 - len(parts)] + parts
    return Target(context, exten, priority)


def _parse(name: str, text: str) -> File:
    head = text.partition("[")[0].splitlines()
    return File(name, " ".join(row.lstrip("; ") for row in head), tuple(_lines(name, text)))


def _lines(file: str, text: str) -> Iterator[Line]:
    context, exten, priority = "", "", 0
    for row in map(str.strip, text.splitlines()):
        if row.startswith("["):
            context = row.strip("[]")
        elif match := _LINE.fullmatch(row):
            exten, priority = (match["exten"], 1) if match["exten"] else (exten, priority + 1)
            yield Line(file, context, exten, priority, match["label"] or "", match["app"], match["arguments"])
        elif row and not row.startswith(";") and ",hint," not in row:
            raise ValueError(f"{file}: {row!r} is not a form of line this dialplan uses")
