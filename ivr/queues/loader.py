"""Reads the file of queues and refuses one that could leave a caller stranded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Container, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from core.calendar import ALWAYS, Hours
from core.settings import Settings
from ivr.prompts.catalogue import CATALOGUE
from ivr.queues.model import Closed, Queue, Strategy, WhenClosed

PACKAGED = Path(__file__).with_name("queues.toml")
#: The queue a caller gets whom nobody has sent anywhere: it must be there.
DEFAULT = "general"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")
_PROMPT = re.compile(r"[a-z0-9-]{1,64}")
_LANGUAGES = ("zh_CN", "en")
_TEXTS = ("label", "label_en", "language", "skill", "strategy", "hours")
_FLAGS = {"expected_wait": "says_expected_wait", "callback": "offers_callback"}
#: Key → (field of Queue, least, most).
_NUMBERS = {
    "max_wait_s": ("max_wait_s", 1, 7200),
    "max_callers": ("max_callers", 0, 10_000),
    "priority": ("priority", 0, 99),
    "ageing_s": ("ageing_s", 0, 3600),
    "ageing_limit": ("ageing_limit", 0, 99),
    "position_every_s": ("position_every_s", 0, 600),
    "last_seat_days": ("last_seat_days", 0, 365),
}
_TABLES = ("overflow", "closed")
_KNOWN = sorted([*_TEXTS, *_FLAGS, *_NUMBERS, *_TABLES])


class QueueFileError(Exception):
    """The file of queues has a mistake; the message names file, line, section and what to do."""


def load(settings: Settings) -> dict[str, Queue]:
    """The queues of this hotline: those of `queue.file`, or else the packaged ones, in the file's order.

    Raises:
        QueueFileError
    """
    return _load(settings.queue.file or PACKAGED, settings.queue.max_wait_s)


@lru_cache(maxsize=8)
def _load(path: Path, max_wait_s: int) -> dict[str, Queue]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise QueueFileError(f"{path.name}: cannot be read: {error}; correct queue.file") from error
    prompts = frozenset(tomllib.loads(CATALOGUE.read_text(encoding="utf-8")))
    return parse(path.name, text, max_wait_s, prompts)


def parse(file: str, text: str, max_wait_s: int, prompts: Container[str] | None = None) -> dict[str, Queue]:
    """The queues of `text`; `max_wait_s` is for those that name none, `prompts` the ids there are.

    Raises:
        QueueFileError
    """
    try:
        document = tomllib.loads(text)
    except ValueError as error:
        raise QueueFileError(f"{file}: {error}; correct the TOML there") from error
    reader = _Reader(file, text, max_wait_s, prompts)
    queues = {name: reader.queue(name, body) for name, body in document.items()}
    reader.check_together(queues)
    return queues


class _Reader:
    def __init__(self, file: str, text: str, max_wait_s: int, prompts: Container[str] | None) -> None:
        self._file, self._lines, self._max_wait_s = file, text.splitlines(), max_wait_s
        self._prompts = prompts

    def fail(self, name: str, problem: str, key: str = "") -> QueueFileError:
        return QueueFileError(f"{self._file}:{self._line(name, key)}: [{name}]: {problem}")

    def _line(self, name: str, key: str) -> int:
        """Where `key` of the section stands, or else the section; 1 when neither can be found."""
        section, inside = 0, False
        for number, line in enumerate(map(str.strip, self._lines), start=1):
            if heading := re.match(r"\[\s*[\"']?(\w+)", line):
                inside = heading[1] == name
                section = section or (number if inside else 0)
            if inside and key and re.match(rf"(\[.*\.\s*)?{re.escape(key)}\b", line):
                return number
        return section or 1

    def queue(self, name: str, body: Any) -> Queue:
        if not isinstance(body, dict):
            raise QueueFileError(f"{self._file}: {name} must be a section: write [{name}]")
        if not _NAME.fullmatch(name):
            raise self.fail(name, "name it with a-z, 0-9 and _, beginning with a letter, 24 at most")
        if extra := sorted(set(body) - set(_KNOWN)):
            raise self.fail(name, f"unknown {extra[0]!r}; a queue knows {', '.join(_KNOWN)}", extra[0])
        values: dict[str, Any] = {"max_wait_s": self._max_wait_s}
        values |= self._texts(name, body) | self._numbers(name, body)
        values |= {field: self._as(name, body, key, bool) for key, field in _FLAGS.items() if key in body}
        values |= self._overflow(name, body) | self._closed(name, body)
        return Queue(name=name, **values)

    def _as(self, name: str, body: dict[str, Any], key: str, kind: type) -> Any:
        value = body[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail(name, f"{key} = {value!r}: must be a {kind.__name__}", key)
        return value

    def _texts(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        for key in ("label", "label_en"):
            if not body.get(key):
                raise self.fail(name, f'give it a {key} = "…"')
        values = {key: self._as(name, body, key, str) for key in _TEXTS if key in body}
        self._one_of(name, "language", values, _LANGUAGES)
        self._one_of(name, "strategy", values, get_args(Strategy))
        if not _NAME.fullmatch(values.get("skill", DEFAULT)):
            raise self.fail(name, "skill: a-z, 0-9 and _, beginning with a letter, 24 at most", "skill")
        if "hours" in values:
            try:
                values["hours"] = Hours.parse(values["hours"])
            except ValueError as error:
                raise self.fail(name, str(error), "hours") from error
        return values

    def _one_of(self, name: str, key: str, values: Mapping[str, Any], known: tuple[str, ...]) -> None:
        if key in values and values[key] not in known:
            raise self.fail(name, f"{key} = {values[key]!r}: write one of {', '.join(known)}", key)

    def _numbers(self, name: str, body: dict[str, Any]) -> dict[str, int]:
        values = {}
        for key, (field, least, most) in _NUMBERS.items():
            if key in body:
                values[field] = self._as(name, body, key, int)
                if not least <= values[field] <= most:
                    raise self.fail(name, f"{key} = {body[key]}: must be {least} to {most}", key)
        return values

    def _table(self, name: str, body: dict[str, Any], key: str, known: tuple[str, ...]) -> dict[str, Any]:
        table: dict[str, Any] = self._as(name, body, key, dict)
        if extra := sorted(set(table) - set(known)):
            raise self.fail(name, f"{key}: unknown {extra[0]!r}; it knows {', '.join(known)}", key)
        return table

    def _overflow(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        if "overflow" not in body:
            return {}
        table = self._table(name, body, "overflow", ("to", "after_s"))
        after = table.get("after_s")
        if not isinstance(table.get("to"), str) or isinstance(after, bool) or not isinstance(after, int):
            raise self.fail(name, 'overflow: write { to = "general", after_s = 20 }', "overflow")
        if after < 1:
            raise self.fail(name, f"overflow after {after} s: must be at least 1", "overflow")
        return {"overflow_to": table["to"], "overflow_after_s": after}

    def _closed(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        if "closed" not in body:
            return {}
        table = self._table(name, body, "closed", ("then", "queue", "prompt"))
        if not all(isinstance(value, str) for value in table.values()):
            raise self.fail(name, "closed: then, queue and prompt are texts", "closed")
        closed = Closed(**table)
        if closed.then not in get_args(WhenClosed):
            raise self.fail(name, "closed: then = message, queue or goodbye", "closed")
        if (closed.then == "queue") != bool(closed.queue):
            raise self.fail(name, 'closed: { then = "queue", queue = "NAME" } belong together', "closed")
        if closed.prompt and not _PROMPT.fullmatch(closed.prompt):
            raise self.fail(name, "closed: prompt must be the id of a prompt of the catalogue", "closed")
        if closed.prompt and self._prompts is not None and closed.prompt not in self._prompts:
            raise self.fail(name, f"closed: prompt {closed.prompt!r} is not in the catalogue", "closed")
        return {"closed": closed}

    def check_together(self, queues: Mapping[str, Queue]) -> None:
        if DEFAULT not in queues:
            raise QueueFileError(
                f"{self._file}: there is no [{DEFAULT}]: callers whom nobody has sent anywhere wait there"
            )
        for queue in queues.values():
            self._check_target(queues, queue, "overflow", queue.overflow_to)
            self._check_target(queues, queue, "closed", queue.closed.queue)
            if queue.overflow_to and queue.overflow_after_s >= queue.max_wait_s:
                raise self.fail(
                    queue.name, "overflow after_s must be less than max_wait_s, or it never comes", "overflow"
                )
            self._check_open(queues, queue)
            self._check_ends(queues, queue, "overflow", lambda one: one.overflow_to)
            self._check_ends(queues, queue, "closed", lambda one: one.closed.queue)

    def _check_target(self, queues: Mapping[str, Queue], queue: Queue, key: str, target: str) -> None:
        if target and target not in queues:
            raise self.fail(queue.name, f"{key}: there is no queue {target!r}", key)

    def _check_open(self, queues: Mapping[str, Queue], queue: Queue) -> None:
        """Hours are looked at when a caller comes, not again when the queue overflows."""
        hours = queues[queue.overflow_to].hours if queue.overflow_to else ALWAYS
        if hours not in (ALWAYS, queue.hours):
            problem = f'overflow: {queue.overflow_to!r} is closed at times; give it hours = "always" or these'
            raise self.fail(queue.name, problem, "overflow")

    def _check_ends(
        self, queues: Mapping[str, Queue], start: Queue, key: str, after: Callable[[Queue], str]
    ) -> None:
        """Following `after` must end: a caller is not sent round and round."""
        seen, name = {start.name}, after(start)
        while name:
            if name in seen:
                raise self.fail(start.name, f"{key}: goes round for ever at {name!r}; let one end", key)
            seen.add(name)
            name = after(queues[name])
