"""`hotline recordings rotate-key`: a new master key for the archive (主密钥轮换)."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from core.clock import SystemClock
from core.db import make_engine, make_sessions
from core.errors import HotlineError
from core.settings import Settings
from hotline import database
from hotline.refusal import Refusal
from recorder.vault.keys import Keyring
from recorder.vault.rotation import Report, Rotation

if TYPE_CHECKING:
    from hotline.recording_commands import Add

_TEXT = "make a new master key and wrap every recording's key with it; run again to go on after a stop"
#: Some recordings were in work, or were left under their old key: there is something to look at.
EXIT_INCOMPLETE = 1


def register(add: Add) -> None:
    add("rotate-key", _TEXT, _rotate)


def _rotate(settings: Settings, _arguments: argparse.Namespace) -> int:
    if not settings.vault.enabled and not Keyring.of(settings).exists():
        raise Refusal("There is no vault (setting vault.enabled), so there is no key to rotate.")
    report = asyncio.run(_run(settings))
    print("\n".join(lines(report)))
    return EXIT_INCOMPLETE if report.busy or report.refused else 0


async def _run(settings: Settings) -> Report:
    engine = make_engine(settings.database_url)
    try:
        return await Rotation(settings, make_sessions(engine), SystemClock()).run()
    except HotlineError as error:
        raise Refusal(f"Broken off, nothing is lost: {error}. Run the command again.") from None
    except database.TROUBLES as error:
        raise database.refusal(settings, error) from None
    finally:
        await engine.dispose()


def lines(report: Report) -> list[str]:
    """The report for a person."""
    said = [f"{report.moved} recordings are under master key {report.key_id} now."]
    said += [f"  {call_id}: the store has no object; its row was moved." for call_id in report.without_object]
    said += [f"  {call_id}: LEFT under its old key: {why}" for call_id, why in report.refused]
    if report.busy:
        said += [f"{report.busy} recordings are being worked on: run the command again in a minute."]
    said += [
        f"Master key {key_id} is used by nothing any more; it lies in secrets/vault/retired."
        " Destroy it once no back-up of the archive needs it."
        for key_id in report.retired
    ]
    return [*said, "Keep a copy of secrets/vault apart from the recordings."]
