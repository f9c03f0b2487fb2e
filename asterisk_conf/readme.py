"""`hotline contract`: README.md of this folder, written from the contract and the dialplan themselves."""

from __future__ import annotations

from collections.abc import Sequence

from asterisk_conf import dialplan
from asterisk_conf.contract import CEL_FIELDS, VARIABLES
from core.settings import Settings

_HEAD = """\
# Asterisk configuration

<!-- Written by `hotline contract` (`make docs`): change contract.py or the templates, not this file. -->

`render.py` writes everything Asterisk reads from the settings tree and `templates/` into
`<state>/asterisk/etc`, before every start. Nothing is edited there by hand. `modules.py` lists the modules
loaded, `contract.py` what dialplan and Python both know. A call's way is drawn in `docs/call-flows.md`.
"""
_VARIABLES = """\
## Variables of dialplan and Python

The closed contract: no other `HL_…` variable exists. `tests/contracts/test_variables.py` holds this table
against the dialplan text and the handlers.
"""
_FIELDS = """\
## A line of `cel.log`

Asterisk writes one line an event: these fields in this order, separated by one space, each percent-encoded,
so that nothing a caller sends can begin a new field or line. `ivr/switch/cel.py` reads them.
"""


def render() -> str:
    """The whole file."""
    return "\n".join([_HEAD, _dialplan(), _variables(), _fields()])


def _dialplan() -> str:
    rows = [
        (
            f"[`{file.name}`](templates/dialplan/{file.name}.conf.j2)",
            " ".join(f"`{c}`" for c in file.contexts),
            file.about,
        )
        for file in dialplan.files(Settings.model_construct())
    ]
    return "## Dialplan: one file a purpose\n\n" + _table(("file", "contexts", "what it does"), rows)


def _variables() -> str:
    rows = [(f"`{name}`", *about.split(": ", 1)) for name, about in VARIABLES.items()]
    return _VARIABLES + "\n" + _table(("variable", "set by", "meaning"), rows)


def _fields() -> str:
    rows = [
        (str(number), f"`{name}`", f"`{source}`")
        for number, (name, source) in enumerate(CEL_FIELDS.items(), start=1)
    ]
    return _FIELDS + "\n" + _table(("", "field", "taken from"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
