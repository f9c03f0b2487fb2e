"""Keeps the snapshot fresh: looks at one number once a second, reads everything again when it changed.

Calls never wait for the database: they take `HouseKeeper.current`. Without a database at the start the copy
in the state folder serves, and without a copy the flow as it was delivered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from core.clock import Clock, SystemClock
from core.db import SessionFactory
from core.settings import Settings
from ivr.flows import loader
from ivr.flows.model import Flow
from ivr.house import snapshot
from ivr.house.model import House
from ivr.house.snapshot import Published

log = structlog.get_logger()

#: Seconds between two looks: what is published reaches new calls this fast.
EVERY_S = 1.0
#: A database that does not answer for this long counts as away, seconds.
PATIENCE_S = 5.0
#: (name, text) → the flow; raises loader.FlowError.
Parse = Callable[[str, str], Flow]


class HouseKeeper:
    """Always has a `current` House."""

    def __init__(
        self, settings: Settings, sessions: SessionFactory, parse: Parse, clock: Clock | None = None
    ) -> None:
        """
        Raises:
            loader.FlowError: not even the flow as delivered is sound.
        """
        self._settings, self._sessions, self._parse = settings, sessions, parse
        self._clock = clock or SystemClock()
        self._file = snapshot.copy_file(settings)
        self._seen: int | None = None
        self._is_away = False
        self._text = ""
        self._delivered = self._read_delivered()
        self.current = House(self._delivered, 0)
        self._start_from_copy()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """One look. Whatever fails, the house stays as it is and the next look tries again."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                published = await self._read_if_changed()
        except Exception as error:  # noqa: BLE001 - boundary: no fault of a database may stop calls
            if not self._is_away:
                log.error(
                    "published texts cannot be read; calls go on with the last ones",
                    error=str(error) or type(error).__name__,
                )
            self._is_away = True
            return
        if self._is_away:
            self._is_away = False
            log.info("published texts can be read again")
        if published is not None:
            self._take(published)

    async def _read_if_changed(self) -> Published | None:
        async with self._sessions() as db:
            if await snapshot.revision(db) == self._seen:
                return None
            return await snapshot.read(db, self._settings, self._clock.now())

    def _take(self, published: Published) -> None:
        self._seen = published.revision
        sound = self._with_sound_flow(published)
        self.current = sound
        try:
            snapshot.write_copy(self._file, replace(published, version=sound.flow_version, text=self._text))
        except OSError as error:
            log.error("the copy for starting without a database cannot be written", error=str(error))
        log.info("published texts read", revision=published.revision, flow_version=sound.flow_version)

    def _with_sound_flow(self, published: Published) -> House:
        """The house of `published`; its flow stays the last good one if the new one is not sound."""
        try:
            flow, text = self._parsed(published)
        except loader.FlowError as error:
            log.error(
                "ALARM: the published flow is not sound; the last good one stays",
                flow=published.flow,
                version=published.version,
                error=str(error),
            )
            return _house(self.current.flow, self.current.flow_version, published)
        self._text = text
        return _house(flow, published.version, published)

    def _parsed(self, published: Published) -> tuple[Flow, str]:
        if published.version == 0:
            return self._delivered, ""
        return self._parse(published.flow, published.text), published.text

    def _read_delivered(self) -> Flow:
        name = self._settings.flow.preset
        return self._parse(name, (loader.FOLDER / f"{name}.toml").read_text(encoding="utf-8"))

    def _start_from_copy(self) -> None:
        try:
            copy = snapshot.read_copy(self._file)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            log.error("ALARM: the copy of the published texts is damaged", error=str(error))
            return
        if copy.flow == self._settings.flow.preset:
            self.current = self._with_sound_flow(copy)
        else:  # another menu was chosen since: what was published of it is read soon
            self.current = _house(self._delivered, 0, copy)


def _house(flow: Flow, version: int, published: Published) -> House:
    return House(
        flow=flow,
        flow_version=version,
        announcements=tuple(one for one in published.announcements if _is_there(one.sound)),
        flags={one.number: one for one in published.flags},
        articles=tuple(one for one in published.articles if _is_there(one.sound, one.title_sound)),
    )


def _is_there(*folders: str) -> bool:
    """Whether there is something to play: a missing file would be silence."""
    missing = [folder for folder in folders if not (Path(folder) / "zh_CN.alaw").is_file()]
    if missing:
        log.error("a sound of the house is missing", folders=missing)
    return not missing
