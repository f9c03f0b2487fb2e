"""The snapshot stays, whatever happens to the database, the copy or a published text."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.settings import Flow, Settings
from ivr.house import announcements, articles, flags, flow_versions, keeper, making, snapshot, sounds
from ivr.house.announcements import Words
from ivr.house.hands import Hand
from ivr.house.keeper import HouseKeeper
from ivr.house.known import Known
from ivr.house.model import AnnouncementMode, FlagPath
from ivr.house.tables import FlowVersion, Source, count_up
from tests.ivr.house.conftest import Hands

FLOW = "agent_first"


@pytest.fixture(autouse=True)
def _quick_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of silence for every text: how it sounds is tested elsewhere."""

    def speak(settings: Settings, language: str, text: str, stem: Path) -> float:
        stem.with_name(stem.name + ".alaw").write_bytes(b"\xd5" * 8000)
        return 1.0

    monkeypatch.setattr(making, "speak_text", speak)


def _keeper(settings: Settings, sessions: SessionFactory, clock: FixedClock) -> HouseKeeper:
    return HouseKeeper(settings, sessions, Known.of(settings).parse, clock)


def _nowhere() -> SessionFactory:
    """A database that does not answer."""
    return make_sessions(make_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none"))


def _bytes(stem: str) -> int:
    """Of what the switch plays, given a path without extension."""
    return Path(stem + ".alaw").stat().st_size


async def _publish(hand: Hand, settings: Settings, text: str, based_on: int = 0) -> None:
    await flow_versions.publish(
        hand, flow=FLOW, text=text, note="改", based_on=based_on, check=Known.of(settings).check
    )


def _changed() -> str:
    return flow_versions.delivered(FLOW).replace("坐席优先", "改过的流程")


async def _announce(hand: Hand, settings: Settings, title: str = "台风", **more: object) -> None:
    now = hand.now()
    values = {
        "title": title,
        "text_zh": "台风今晚登陆。",
        "text_en": "",
        "mode": AnnouncementMode.BEFORE,
        "queues": (),
        "starts_at": now,
        "ends_at": now + timedelta(hours=1),
        "enabled": True,
    }
    await announcements.make(hand, settings, Words(**values | more), Source.SYNTHESISED)  # type: ignore[arg-type]


async def test_what_is_published_reaches_the_next_look(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, hands: Hands
) -> None:
    kept = _keeper(settings, sessions, clock)
    assert (kept.current.flow.label, kept.current.flow_version) == ("坐席优先", 0)
    leader = hands("shift_leader")
    before = kept.current
    await _publish(hands("administrator"), settings, _changed())
    await _announce(leader, settings)
    await articles.make(leader, settings, articles.Words("停水", "请看公告。", 1, published=True))
    until = clock.now() + timedelta(days=1)
    flag = await flags.propose(
        hands("seat"), settings, number="13800001234", reason="骂人", path=FlagPath.WARNING, expires_at=until
    )
    await flags.review(leader, flag.id, approve=True, note="")
    await kept.look()
    house = kept.current
    assert before.flow.label == "坐席优先", "a call in progress keeps what it began with"
    assert (house.flow.label, house.flow_version) == ("改过的流程", 1)
    [announcement] = house.announcements_for_all(clock.now())
    assert _bytes(announcement.sound_in("zh_CN")) >= 8000
    assert _bytes(announcement.sound_in("en")) == _bytes(announcement.sound_in("zh_CN"))
    found = house.flag_of("13800001234", clock.now())
    assert found is not None and found.path == "warning"
    assert house.flag_of("13800009999", clock.now()) is None
    assert house.flag_of("", clock.now()) is None
    [article] = house.articles
    assert _bytes(article.title_sound + "/zh_CN") and _bytes(article.sound + "/en")
    clock.advance(timedelta(days=1))
    assert house.announcements_for_all(clock.now()) == (), "it ends by itself, without another look"
    assert house.flag_of("13800001234", clock.now()) is None


async def test_which_announcements_a_caller_hears(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, hands: Hands
) -> None:
    leader, later = hands("shift_leader"), clock.now() + timedelta(minutes=10)
    await _announce(leader, settings, "旧", mode=AnnouncementMode.INSTEAD)
    await _announce(leader, settings, "先")
    await _announce(leader, settings, "新", mode=AnnouncementMode.INSTEAD)
    await _announce(leader, settings, "晚", starts_at=later)
    await _announce(leader, settings, "停用", enabled=False)
    await _announce(leader, settings, "英文队列", queues=("english",))
    kept = _keeper(settings, sessions, clock)
    await kept.look()

    def heard(queue: str = "") -> list[str]:
        house, now = kept.current, clock.now()
        found = house.announcements_for_queue(queue, now) if queue else house.announcements_for_all(now)
        return [one.title for one in found]

    assert heard() == ["先", "新"], "before ones, then the newest instead"
    assert (heard("english"), heard("general")) == (["英文队列"], [])
    clock.advance(timedelta(minutes=10))
    assert heard() == ["先", "晚", "新"]


async def test_idle_looks_ask_one_small_question(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, engine: AsyncEngine
) -> None:
    kept = _keeper(settings, sessions, clock)
    await kept.look()
    asked: list[str] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    house = kept.current
    await kept.look()
    assert [" ".join(one.split()) for one in asked] == ["SELECT house_revision.revision FROM house_revision"]
    assert kept.current is house


async def test_without_a_database_it_starts_from_the_copy(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, hands: Hands
) -> None:
    await _publish(hands("administrator"), settings, _changed())
    await _announce(hands("shift_leader"), settings)
    await _keeper(settings, sessions, clock).look()
    file = snapshot.copy_file(settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, "numbers of citizens are in there"
    kept = _keeper(settings, _nowhere(), clock)
    assert (kept.current.flow.label, kept.current.flow_version) == ("改过的流程", 1)
    assert len(kept.current.announcements) == 1
    with capture_logs() as logs:
        await kept.look()
        await kept.look()
    assert [one["log_level"] for one in logs] == ["error"], "said once, not every second"
    assert kept.current.flow_version == 1


async def test_a_database_that_dies_in_the_middle_and_comes_back(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, hands: Hands
) -> None:
    kept = _keeper(settings, sessions, clock)
    await kept.look()
    await _publish(hands("administrator"), settings, _changed())
    kept._sessions = _nowhere()
    await kept.look()
    assert kept.current.flow_version == 0
    kept._sessions = sessions
    with capture_logs() as logs:
        await kept.look()
    assert kept.current.flow_version == 1
    assert "published texts can be read again" in [one["event"] for one in logs]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"\xff\xfe\x00", b'{"revision": 1}', b"[]", b'{"flow_text": 7}', b"null"]
)
async def test_a_damaged_copy_is_an_alarm_and_the_delivered_flow(
    settings: Settings, clock: FixedClock, damage: bytes
) -> None:
    snapshot.copy_file(settings).write_bytes(damage)
    with capture_logs() as logs:
        kept = _keeper(settings, _nowhere(), clock)
    assert [one["log_level"] for one in logs] == ["error"]
    assert logs[0]["event"].startswith("ALARM")
    assert (kept.current.flow.id, kept.current.flow_version) == (FLOW, 0)


async def test_an_unsound_published_flow_is_an_alarm_and_the_last_good_one_stays(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, hands: Hands
) -> None:
    kept = _keeper(settings, sessions, clock)
    await _publish(hands("administrator"), settings, _changed())
    await kept.look()
    async with sessions.begin() as db:  # past the door: as a newer version's prompts, gone after a roll-back
        row = FlowVersion(flow=FLOW, version=2, text="label = 7", note="坏", published_at=clock.now())
        row.author_id = None
        db.add(row)
        await count_up(db)
    await _announce(hands("shift_leader"), settings)
    with capture_logs() as logs:
        await kept.look()
    assert any(one["event"].startswith("ALARM") and one["version"] == 2 for one in logs)
    assert (kept.current.flow.label, kept.current.flow_version) == ("改过的流程", 1)
    assert len(kept.current.announcements) == 1, "the rest of the house goes on"
    again = _keeper(settings, _nowhere(), clock)
    assert (again.current.flow.label, again.current.flow_version) == ("改过的流程", 1)
    restarted = _keeper(settings, sessions, clock)
    await restarted.look()
    assert restarted.current.flow_version == 1


async def test_another_preset_does_not_take_the_copys_flow(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, hands: Hands
) -> None:
    await _publish(hands("administrator"), settings, _changed())
    await _announce(hands("shift_leader"), settings)
    await _keeper(settings, sessions, clock).look()
    other = settings.model_copy(update={"flow": Flow(preset="no_menu")})
    kept = _keeper(other, _nowhere(), clock)
    assert (kept.current.flow.id, kept.current.flow_version) == ("no_menu", 0)
    assert len(kept.current.announcements) == 1


async def test_a_missing_sound_is_left_out(
    settings: Settings, sessions: SessionFactory, clock: FixedClock, hands: Hands
) -> None:
    await _announce(hands("shift_leader"), settings)
    for file in sounds.announcements_dir(settings).rglob("zh_CN.alaw"):
        file.unlink()
    kept = _keeper(settings, sessions, clock)
    with capture_logs() as logs:
        await kept.look()
    assert kept.current.announcements == ()
    assert "error" in {one["log_level"] for one in logs}


async def test_it_keeps_looking(
    settings: Settings,
    sessions: SessionFactory,
    clock: FixedClock,
    hands: Hands,
    monkeypatch: pytest.MonkeyPatch,
    poll: Callable[..., Awaitable[None]],
) -> None:
    monkeypatch.setattr(keeper, "EVERY_S", 0.01)
    kept = _keeper(settings, sessions, clock)
    running = asyncio.create_task(kept.run())
    await _publish(hands("administrator"), settings, _changed())

    async def has_it() -> bool:
        return kept.current.flow_version == 1

    await poll(has_it, "the published flow reaches the keeper", 5)
    running.cancel()


def test_a_full_disk_does_not_stop_the_house(tmp_path: Path) -> None:
    folder = tmp_path / "root"

    def fails(inside: Path) -> None:
        (inside / "zh_CN.alaw").write_bytes(b"x")
        raise OSError("no space left")

    with pytest.raises(OSError, match="space"):
        sounds.keep(folder, fails)
    assert list(folder.iterdir()) == []


def test_sounds_nobody_names_go_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(inside: Path) -> None:
        (inside / "zh_CN.alaw").write_bytes(b"x")

    kept, gone = sounds.keep(tmp_path, make), sounds.keep(tmp_path, make)
    assert sounds.sweep(tmp_path, {kept}) == 0, "a call may be playing it"
    monkeypatch.setattr(sounds, "KEEP_S", -1.0)
    assert sounds.sweep(tmp_path, {kept}) == 1
    assert [path.name for path in tmp_path.iterdir()] == [kept]
    assert gone != kept
