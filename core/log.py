"""Log lines a person reads: `HH:MM:SS level event key=value`, to stderr, in local time with its zone."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

import structlog

_PLAIN = re.compile(r"[\w./:@+%*,~–-]+")


def _value(value: object) -> str:
    """A value on one line: quoted when it has blanks, quotes or control characters (no forged log lines)."""
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def render(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> str:
    """One line for `entry`; a traceback, where asked for, follows on its own lines."""
    at = datetime.now().astimezone().strftime("%H:%M:%S%z")
    level = str(entry.pop("level", "info"))
    event = str(entry.pop("event", "")).replace("\r", "\\r").replace("\n", "\\n")
    trace = entry.pop("exception", None)
    facts = " ".join(f"{key}={_value(value)}" for key, value in entry.items() if not key.startswith("_"))
    line = f"{at} {level:<7} {event}" + (f" {facts}" if facts else "")
    return f"{line}\n{trace}" if trace else line


def configure(name: str, level: str) -> None:
    """Send this process's lines, and those of libraries, to stderr.

    Args:
        name: the part's name; bound to each line as `part`.
        level: debug, info, warning or error; libraries speak from warning upwards unless it is debug.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.processors.format_exc_info, render], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper() if level in ("debug", "error") else "WARNING")
    logging.getLogger("hotline").setLevel(level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=lambda *_: logging.getLogger("hotline"),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(part=name)
