"""The command `hotline`. Each subcommand is one function; imports wait until they are needed."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from hotline.processes import NAMES
from hotline.refusal import EXIT_REFUSED, Refusal, read_settings
from hotline.simulate import options as simulation

Command = Callable[[argparse.Namespace], int]
#: Commands with actions of their own: the module that adds them, and the help text.
GROUPS = {
    "recordings": ("hotline.recording_commands", "the archive of recordings"),
    "places": ("hotline.case_commands.places", "the city: grid cells, components and names"),
    "sources": ("hotline.case_commands.sources", "who reports without a call, and their keys"),
    "audit": ("hotline.case_commands.audit", "prove histories and audit trail"),
    "catalogue": ("hotline.case_commands.catalogue", "classes and severity rows as a spreadsheet"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; the exit status. A refusal is one sentence on stderr, never a traceback."""
    asked = sys.argv[1:] if argv is None else argv
    arguments = _parser(asked[:1]).parse_args(asked)
    command: Command = arguments.command
    try:
        return command(arguments)
    except Refusal as refusal:
        sys.stdout.flush()
        sys.stderr.write(f"hotline: {refusal}\n")
        return EXIT_REFUSED
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away (| head): nothing to say to nobody
        return 0
    except KeyboardInterrupt:
        return 130


def _parser(asked: list[str]) -> argparse.ArgumentParser:
    """Only the group that is asked for is loaded: every part of the hotline is started by this command."""
    parser = argparse.ArgumentParser("hotline", description="A 12319 municipal-services hotline.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    setup = add("setup", _setup, "do whatever of the set-up is not done yet")
    setup.add_argument("--tests", action="store_true", help="also what only the tests need")
    add("run", _run, "start every part in the foreground; Ctrl-C ends them")
    add("process", _process, "be one part").add_argument("name", choices=NAMES)
    for name, text in (
        ("stop-part", "stop one part of the running hotline"),
        ("start-part", "start it again"),
    ):
        add(name, _part, text).add_argument("name", choices=NAMES)
        commands.choices[name].set_defaults(action=name)
    for name in ("calls", "cases"):
        listing = add(name, _list, f"the newest {name}")
        listing.add_argument("--json", action="store_true", help="all columns, for scripts")
        listing.add_argument("--limit", type=int, default=50, help="how many (default 50)")
        listing.set_defaults(what=name)
    compared = add("reconcile", _reconcile, "compare a day's ledger with the switch's own queue log")
    compared.add_argument("--day", help="YYYY-MM-DD in China (default: the last that is over)")
    compared.add_argument("--json", action="store_true", help="for scripts")
    demo = add(
        "demo-call", _demo_call, "place real calls from the carrier's side and tell what became of them"
    )
    demo.add_argument("count", type=int, nargs="?", default=1, help="how many (default 1)")
    spoken = add("prompts", _prompts, "speak the prompts that are missing or stale")
    how = spoken.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="build nothing; fail when something is wrong")
    how.add_argument("--list", action="store_true", help="one line a prompt and language")
    add("settings", _settings, "print the documented settings file")
    for name, (module, text) in GROUPS.items():
        group = add(name, _acting, text)
        if asked == [name]:
            import_module(module).add_actions(group)
    _flow_actions(add("flow", _flow, "check, publish or list versions of a menu"))
    add("flows", _flows, "print docs/call-flows.md: every way a call can go")
    add("workflow", _workflow, "print docs/case-workflow.md: every way a case can go")
    simulation.register(
        add("simulate", _simulate, "play a day of cases through all roles and explain every count (演练)")
    )
    add("contract", _contract, "print asterisk_conf/README.md: what dialplan and Python both know")
    return parser


def _reconcile(arguments: argparse.Namespace) -> int:
    """Exit status 1 when the two do not agree."""
    from datetime import UTC, date, datetime

    from hotline import database, reconcile

    settings = read_settings()
    try:
        day = date.fromisoformat(arguments.day) if arguments.day else reconcile.last_day(datetime.now(UTC))
    except ValueError as error:
        raise Refusal(f"--day {arguments.day} is not a day; write it like 2026-11-23.") from error
    try:
        report = asyncio.run(reconcile.run_once(settings, day))
    except database.TROUBLES as error:
        raise database.refusal(settings, error) from None
    print((reconcile.as_json if arguments.json else reconcile.as_text)(day, report))
    return 1 if report.difference_calls else 0


def _setup(arguments: argparse.Namespace) -> int:
    from hotline import setup

    setup.run(read_settings(), tests=arguments.tests)
    return 0


def _run(_arguments: argparse.Namespace) -> int:
    from hotline import foreground

    return foreground.run(read_settings())


def _process(arguments: argparse.Namespace) -> int:
    from hotline.processes import run_process

    read_settings()
    return run_process(arguments.name)


def _part(arguments: argparse.Namespace) -> int:
    from hotline.supervise import Control

    control = Control(read_settings())
    (control.stop_part if arguments.action == "stop-part" else control.start_part)(arguments.name)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from hotline import database, listings

    is_calls = arguments.what == "calls"
    read, columns = (
        (listings.calls, listings.CALL_COLUMNS) if is_calls else (listings.cases, listings.CASE_COLUMNS)
    )
    settings = read_settings()
    try:
        rows = asyncio.run(read(settings, max(1, arguments.limit)))
    except database.TROUBLES as error:
        raise database.refusal(settings, error) from None
    print(listings.as_json(rows) if arguments.json else listings.as_table(rows, columns))
    return 0


def _demo_call(arguments: argparse.Namespace) -> int:
    from hotline.demo_call import command

    return command.run(read_settings(), arguments.count)


def _prompts(arguments: argparse.Namespace) -> int:
    from hotline import prompts

    if arguments.check:
        return prompts.check(read_settings())
    if arguments.list:
        return prompts.listing(read_settings())
    return prompts.build(read_settings())


def _settings(_arguments: argparse.Namespace) -> int:
    from hotline import example_settings

    sys.stdout.write(example_settings.render())
    return 0


def _flow_actions(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    check = actions.add_parser("check", help="tell what is wrong with a file")
    publish = actions.add_parser("publish", help="let new calls meet a file's flow from now on")
    for one in (check, publish):
        one.add_argument("file", type=Path)
        one.add_argument("--name", help="which flow it is (default: the file's name)")
    publish.add_argument("--note", required=True, help="what changed, for the history")
    history = actions.add_parser("history", help="who published what, newest first")
    history.add_argument("name", nargs="?", help="which flow (default: the one callers meet)")


def _flow(arguments: argparse.Namespace) -> int:
    from hotline import flow_commands

    return flow_commands.run(read_settings(), arguments)


def _acting(arguments: argparse.Namespace) -> int:
    status: int = arguments.action(read_settings(), arguments)
    return status


def _workflow(_arguments: argparse.Namespace) -> int:
    from ticketing.workflow import document

    sys.stdout.write(document.render())
    return 0


def _simulate(arguments: argparse.Namespace) -> int:
    from hotline.simulate import command

    return command.run(read_settings(), arguments)


def _flows(_arguments: argparse.Namespace) -> int:
    from hotline import flow_docs

    sys.stdout.write(flow_docs.render())
    return 0


def _contract(_arguments: argparse.Namespace) -> int:
    from asterisk_conf import readme

    sys.stdout.write(readme.render())
    return 0


if __name__ == "__main__":
    sys.exit(main())
