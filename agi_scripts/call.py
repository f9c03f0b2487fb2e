"""The flow's Call port over AGI. Steps, keys and marks become CEL events: the ledger sees them in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from agi_scripts.session import AgiSession
from core.settings import Settings
from ivr.flows.model import BACK, LANGUAGES, in_language
from ivr.ledger.tables import CONFIDENTIAL

#: Sound files named in one AGI command, bytes: Asterisk reads lines of 2 KiB.
_MOST_BYTES = 1500
#: A key between two commands of one question is waited for this long, seconds.
_AT_ONCE_S = 0.001


class AgiCall:
    """One caller, asked through Read(): a whole question is one command, so that no key falls between."""

    def __init__(self, session: AgiSession, settings: Settings) -> None:
        self._session, self._prompts = session, settings.prompts_dir
        # The caller may have chosen in an earlier handler: the channel knows.
        spoken = session.header.get("language", "")
        self.language = spoken if spoken in LANGUAGES else LANGUAGES[0]

    async def enter(self, step: str) -> None:
        await self._note("STEP", step)

    async def press(self, key: str) -> None:
        await self._note("KEY", key)

    async def mark(self, mark: str) -> None:
        await self._note("MARK", mark)
        if mark == CONFIDENTIAL:
            # The seat's telephone must not show what its screen hides.
            await self._session.set_variable("CALLERID(pres)", "prohib")

    async def announced(self, announcement: int) -> None:
        """Note in the ledger which temporary announcement the caller heard."""
        await self._note("ANNOUNCEMENT", str(announcement))

    async def speak(self, language: str) -> None:
        """Prompts of Python and of the dialplan, numbers and the queue's own words follow."""
        self.language = language
        await self._note("LANGUAGE", language)
        await self._session.set_variable("CHANNEL(language)", language)
        await self._session.set_variable("HL_PROMPTS", str(self._prompts / language))

    async def ask(self, sounds: Sequence[str], wait_s: float) -> str:
        if not sounds:
            return await self._session.wait_for_digit(max(wait_s, _AT_ONCE_S))
        chunks = list(_chunks([str(self._file(sound)) for sound in sounds]))
        key = ""
        for number, files in enumerate(chunks, start=1):
            wait = max(wait_s, _AT_ONCE_S) if number == len(chunks) else _AT_ONCE_S
            if key := await self._session.read_keys(files, wait, 1):
                break
        return key

    async def digits(self, most: int, wait_s: float) -> str:
        if most < 1:
            return ""
        keys = await self._session.read_keys("", max(wait_s, _AT_ONCE_S), most)
        return keys.removesuffix(BACK)

    async def _note(self, kind: str, value: str) -> None:
        await self._session.execute("CELGenUserEvent", f"{kind},{value}")

    def _file(self, sound: str) -> Path:
        if sound.startswith("/"):
            return Path(sound)
        language, prompt = in_language(sound, self.language)
        return self._prompts / language / prompt


def _chunks(files: Sequence[str]) -> Iterator[str]:
    """Files joined as Asterisk wants them, as many a command as fit."""
    chunk = ""
    for file in files:
        if chunk and len(chunk.encode()) + len(file.encode()) > _MOST_BYTES:
            yield chunk
            chunk = ""
        chunk += f"&{file}" if chunk else file
    yield chunk
