"""A hotline with queues made for these tests, and numbers that lead straight into them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.ledger.tables import Call, Outcome
from ivr.queues import PACKAGED, QUEUES, SEAT_PREFIX, switch_name
from tests.carrier import PhoneCall
from tests.instance import HotlineInstance
from tests.softphone import Softphone
from tests.waiting import poll

_OWN = Path(__file__).with_name("queues.toml")
_NAMES = [*QUEUES, "near", "small", "day", "farewell", "night", "lent", "ripe"]
#: Priority → last digit of a number that brings it.
_PRIORITIES = {0: 0, 10: 1, 3: 2, -5: 3}
_EXTENSION = """\
exten => {number},1,Gosub(hl-caller,s,1)
 same => n,Set(HL_CALL=${{CHANNEL(linkedid)}})
 same => n,Answer()
 same => n,Set(HL_QUEUE={queue})
 same => n,Set(HL_PRIORITY={priority})
 same => n,Goto(hl-queue,s,1)
"""


class Centre:
    """The hotline with its numbers of queues."""

    def __init__(self, hotline: HotlineInstance) -> None:
        self.hotline = hotline
        #: Commands that undo the joins.
        self._joined: list[str] = []

    def number(self, queue: str, priority: int = 0) -> str:
        """What to dial to wait in `queue`."""
        return f"5{_NAMES.index(queue):02}{_PRIORITIES[priority]}"

    def write_numbers(self) -> None:
        """Into the switch's dialplan, beside our own."""
        etc = self.hotline.settings.asterisk_dir / "etc"
        rows = [
            _EXTENSION.format(number=self.number(queue, priority), queue=queue, priority=priority)
            for queue in _NAMES
            for priority in _PRIORITIES
        ]
        file = etc / "dialplan" / "numbers-of-queues.conf"
        file.write_text("[from-trunk]\n" + "".join(rows), encoding="utf-8")
        file.chmod(0o644)
        with (etc / "extensions.conf").open("a", encoding="utf-8") as contents:
            contents.write(f'\n#include "dialplan/{file.name}"\n')
        assert "reloaded" in self.hotline.asterisk("dialplan reload")

    def join(self, queue: str, seat: str) -> None:
        """Let a seat serve a queue until the test is over, as a supervisor at the switch would."""
        for name in (switch_name(queue), SEAT_PREFIX + seat):
            member = f"PJSIP/{seat} to {name} penalty 0 as {seat} state_interface hint:{seat}@hl-seats"
            self.hotline.asterisk(f"queue add member {member}")
            self._joined.append(f"queue remove member PJSIP/{seat} from {name}")

    def leave(self) -> None:
        """Undo every `join`."""
        while self._joined:
            self.hotline.asterisk(self._joined.pop())

    async def end_calls(self) -> None:
        """Hang up whoever is still there, and return when all lines are free."""
        self.hotline.asterisk("channel request hangup all")
        await poll(lambda: "0 active channels" in self.hotline.asterisk("core show channels"), "all hung up")

    def waiting(self, queue: str) -> list[str]:
        """Callers of `queue` from first to last, by the number of their channel."""
        rows = self.hotline.asterisk(f"queue show {switch_name(queue)}").splitlines()
        return [row.split("trunk-demo-")[1][:8] for row in rows if "trunk-demo-" in row and "wait:" in row]

    async def callers(self, queue: str) -> list[str]:
        """Calling numbers of who waits, from first to last."""
        rows = self.hotline.asterisk("core show channels concise").splitlines()
        numbers = {row.split("!")[0][-8:]: row.split("!")[7] for row in rows if "trunk-demo-" in row}
        return [numbers[channel] for channel in self.waiting(queue)]

    async def until_waiting(self, queue: str, count: int) -> list[str]:
        """Who waits, once `count` callers do."""
        await poll(lambda: len(self.waiting(queue)) == count, f"{count} callers wait in {queue}")
        return self.waiting(queue)

    async def heard(self, call: PhoneCall, *names: str, seconds: float = 15.0) -> None:
        """Wait until the caller has heard these sounds, in this order."""
        sounds = [self._piece(name) for name in names]
        await poll(lambda: _in_order(bytes(call.line.sound), sounds), f"the caller hears {names}", seconds)

    def _piece(self, name: str) -> bytes:
        """A-law goes through the switch untouched: the middle of a sound is found again."""
        sound = self.hotline.prompt(name)
        middle = len(sound) // 2
        return sound[middle - 600 : middle + 600]


def _in_order(heard: bytes, pieces: list[bytes]) -> bool:
    place = 0
    for piece in pieces:
        place = heard.find(piece, place) + 1
        if not place:
            return False
    return True


@pytest.fixture(scope="session")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    file = tmp_path_factory.mktemp("queues") / "queues.toml"
    file.write_text(PACKAGED.read_text(encoding="utf-8") + _OWN.read_text(encoding="utf-8"), encoding="utf-8")
    instance = HotlineInstance({"HOTLINE_QUEUE_FILE": str(file)})
    await asyncio.to_thread(instance.start)
    centre = Centre(instance)
    centre.write_numbers()
    await _talked(instance, "dialect", 100)
    # FastAGI looks every few seconds how long talks last, and once before its first call.
    for change in (instance.control.stop_part, instance.control.start_part):
        await asyncio.to_thread(change, "agi")
    yield centre
    status = await asyncio.to_thread(instance.stop)
    await instance.close()
    instance.remove()
    assert status == 0


async def _talked(hotline: HotlineInstance, queue: str, talk_s: float) -> None:
    """Let the ledger know of a call some minutes ago."""
    now = datetime.now(UTC)
    call = Call(id=f"h-{queue}-talked", trunk="demo", started_at=now - timedelta(minutes=5), ended_at=now)
    call.queue, call.talk_s, call.outcome = queue, talk_s, Outcome.ANSWERED
    async with hotline.sessions.begin() as session:
        session.add(call)


@pytest.fixture(autouse=True)
async def free_lines(centre: Centre) -> AsyncIterator[None]:
    """No test finds callers of another."""
    yield
    centre.leave()
    await centre.end_calls()


@pytest.fixture(scope="session")
async def seats(centre: Centre) -> AsyncIterator[None]:
    """The phones of seats 1001 and 1002: registered, in no queue, answering by themselves."""
    hotline = centre.hotline
    phones = [Softphone(hotline.settings, one, await hotline.seat_secret(one)) for one in ("1001", "1002")]
    try:
        await asyncio.gather(*(phone.start(hotline.prompt("message-thanks")) for phone in phones))
        yield
    finally:
        for phone in phones:
            await phone.stop()
