"""`hotline recordings`: the archive from the command line. Each module here adds its own actions."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from core.settings import Settings
from hotline.recording_commands import reindex, retranscribe, rotate_key, states, verify

#: One action: told the settings and what was typed; the exit status.
Action = Callable[[Settings, argparse.Namespace], int]
#: How a module adds an action: its name and help text, and what carries it out.
Add = Callable[[str, str, Action], argparse.ArgumentParser]


def add_actions(parser: argparse.ArgumentParser) -> None:
    """Put every action of this package below `parser`."""
    commands = parser.add_subparsers(required=True, metavar="ACTION")

    def add(name: str, text: str, action: Action) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(action=action)
        return sub

    for register in _REGISTERS:
        register(add)


_REGISTERS: tuple[Callable[[Add], None], ...] = (
    states.register,
    reindex.register,
    retranscribe.register,
    rotate_key.register,
    verify.register,
)
