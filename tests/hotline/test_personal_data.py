"""Everything about one number, and nothing about anybody else: bundled, sealed, fetched once, expired."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import ConflictError, ForbiddenError, NotFoundError
from core.settings import Paths, Settings, Vault
from core.tables import Account, Role
from hotline.personal_data import LedgerPerson
from ivr.ledger.tables import Call, Outcome
from recorder.retention import bundle, requests
from recorder.retention.requests import Bundler
from recorder.retention.tables import DataRequest, RequestState
from recorder.rights.store import Actor
from recorder.storage.keys import object_key
from recorder.storage.protocol import StoreUnavailableError
from recorder.tables import Recording, RecordingState, Transcript
from ticketing import catalogue
from ticketing.sources import intake
from ticketing.sources.book import fresh
from ticketing.sources.channels import Channel
from ticketing.sources.reports import Report
from ticketing.tables import Case

NUMBER, OTHER = "13800001234", "13900005678"
AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
AUDIO = b"OggS and so on " * 5000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=Paths(state=tmp_path / "state"), vault=Vault(enabled=False))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(AT)


@pytest.fixture
async def people(sessions: SessionFactory) -> dict[str, Account]:
    made = {
        name: Account(
            username=name,
            display_name=name,
            role=Role.ADMINISTRATOR,
            password_hash="",
            failures=0,
            created_at=AT,
        )
        for name in ("admin", "other")
    }
    async with sessions.begin() as db:
        db.add_all(made.values())
    return made


async def _call(
    settings: Settings, sessions: SessionFactory, serial: int, number: str, state: RecordingState
) -> str:
    call_id = f"hl-1700000000.{serial}"
    key = object_key(call_id)
    place = settings.archive_dir / key
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(AUDIO)
    call = Call(
        id=call_id,
        trunk="demo",
        caller=number,
        caller_raw=number,
        did="12319",
        started_at=AT,
        ended_at=AT,
        seat="1001",
        outcome=Outcome.ANSWERED,
    )
    recording = Recording(call_id=call_id, state=state, created_at=AT, archive_key=key, codec="opus")
    async with sessions.begin() as db:
        db.add_all([call, recording])
        await db.flush()
        db.add(
            Transcript(
                recording_id=recording.id,
                side="caller",
                engine="vosk",
                model="m",
                is_test_model=False,
                text=f"我的号码 {number}",
                words=[],
                took_s=0.1,
                created_at=AT,
            )
        )
        db.add(
            Case(
                stage="draft",
                call_id=call_id,
                source="telephone",
                caller_number=number,
                callback_number=OTHER if number == NUMBER else "",
                description=f"路灯不亮 {serial}",
                created_at=AT,
                changed_at=AT,
            )
        )
    return call_id


async def _ask(sessions: SessionFactory, who: Account) -> DataRequest:
    async with sessions() as db:
        return await requests.ask_for(db, Actor(who, "127.0.0.1", AT), NUMBER, "本人身份证核对")


async def _take(sessions: SessionFactory, who: Account, row: DataRequest, at: datetime = AT) -> DataRequest:
    async with sessions() as db:
        return await requests.take(db, Actor(who, "127.0.0.1", at), row.id)


def _zip(settings: Settings, row: DataRequest) -> zipfile.ZipFile:
    with bundle.open_plain(settings, row.id) as plain:
        return zipfile.ZipFile(io.BytesIO(plain.read()))


@pytest.fixture
def bundler(settings: Settings, sessions: SessionFactory, clock: FixedClock) -> Bundler:
    return Bundler(settings, sessions, clock, LedgerPerson())


async def test_all_of_ones_own_and_nothing_of_others(
    settings: Settings, sessions: SessionFactory, people: dict[str, Account], bundler: Bundler
) -> None:
    mine = await _call(settings, sessions, 1, NUMBER, RecordingState.TRANSCRIBED)
    gone = await _call(settings, sessions, 2, NUMBER, RecordingState.DELETED)
    theirs = await _call(settings, sessions, 3, OTHER, RecordingState.TRANSCRIBED)
    row = await _ask(sessions, people["admin"])
    assert await bundler.run_one()
    assert not await bundler.run_one()
    found = _zip(settings, row)
    assert found.testzip() is None
    assert found.read(f"recordings/{mine}.ogg") == AUDIO
    assert found.read(f"transcripts/{mine}-caller.txt").decode() == f"我的号码 {NUMBER}"
    assert f"recordings/{gone}.ogg" not in found.namelist()
    calls = {one["id"]: one["recording"] for one in json.loads(found.read("calls.json"))}
    assert calls == {mine: f"recordings/{mine}.ogg", gone: "已删除 deleted"}
    everything = b"".join(found.read(name) for name in found.namelist() if not name.endswith(".ogg")).decode()
    assert "路灯不亮 1" in everything
    for strange in (theirs, OTHER, "路灯不亮 3", "1001"):
        assert strange not in everything
    async with sessions() as db:
        row = await db.get_one(DataRequest, row.id)
    assert (row.state, row.calls, row.recordings, row.cases) == (RequestState.READY, 2, 1, 2)


async def test_what_waits_on_the_disk_is_sealed(
    settings: Settings, sessions: SessionFactory, people: dict[str, Account], bundler: Bundler
) -> None:
    await _call(settings, sessions, 1, NUMBER, RecordingState.TRANSCRIBED)
    row = await _ask(sessions, people["admin"])
    await bundler.run_one()
    lying = [one for one in (settings.paths.state / "personal_data").iterdir() if one.is_file()]
    assert lying == [bundle.place(settings, row.id)]
    assert b"OggS" not in lying[0].read_bytes()
    assert lying[0].stat().st_mode & 0o077 == 0


async def test_fetched_once_and_only_by_who_asked(
    settings: Settings, sessions: SessionFactory, people: dict[str, Account], bundler: Bundler
) -> None:
    row = await _ask(sessions, people["admin"])
    with pytest.raises(ConflictError):
        await _take(sessions, people["admin"], row)
    await bundler.run_one()
    with pytest.raises(ForbiddenError):
        await _take(sessions, people["other"], row)
    await _take(sessions, people["admin"], row)
    with pytest.raises(ConflictError):
        await _take(sessions, people["admin"], row)
    await bundler.expire()
    with pytest.raises(NotFoundError):
        bundle.open_plain(settings, row.id)


async def test_it_expires(
    settings: Settings,
    sessions: SessionFactory,
    people: dict[str, Account],
    bundler: Bundler,
    clock: FixedClock,
) -> None:
    row = await _ask(sessions, people["admin"])
    await bundler.run_one()
    clock.advance(timedelta(days=settings.retention.personal_data_days))
    with pytest.raises(ConflictError):
        await _take(sessions, people["admin"], row, clock.now())
    assert await bundler.expire() == 1
    assert not bundle.place(settings, row.id).exists()


async def test_a_store_that_is_away_only_delays(
    settings: Settings,
    sessions: SessionFactory,
    people: dict[str, Account],
    bundler: Bundler,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await _call(settings, sessions, 1, NUMBER, RecordingState.TRANSCRIBED)
    row = await _ask(sessions, people["admin"])

    def away(*_: object) -> NoReturn:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr("recorder.playback.open_store", away)
        await bundler.run_one()
    async with sessions() as db:
        assert (await db.get_one(DataRequest, row.id)).state == RequestState.WAITING
        assert not await bundler.run_one()
    clock.advance(timedelta(hours=1))
    await bundler.run_one()
    async with sessions() as db:
        query = select(DataRequest.state)
        assert list(await db.scalars(query)) == [RequestState.READY]


async def test_what_a_person_sent_without_a_call_is_theirs(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    async with sessions.begin() as db:
        await catalogue.load(db)
        db.add(fresh("mailbox", "信箱", Channel.WEB, AT))
    for number, mail in ((NUMBER, "mine@example.org"), (OTHER, "theirs@example.org")):
        said = Report(id=mail, description="路灯不亮", callback_number=number, email=mail)
        await intake.accept(sessions, "mailbox", said, clock)
    async with sessions() as db:
        found = await LedgerPerson().person(db, NUMBER)
    ((_, text),) = found.cases
    assert "外部来件" in text and "mine@example.org" in text and "theirs" not in text
