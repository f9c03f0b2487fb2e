"""One hotline whose lanes go through all scenarios side by side, on both sorts of device."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser

from core.clock import SystemClock
from ivr.house import flow_versions
from ivr.house.hands import Hand
from ivr.queues import PACKAGED
from tests.browser.desk.driver import chromium
from tests.dialplan.matrix.lanes import DISTRICT, RING_S, Lane, World
from tests.dialplan.matrix.scenarios import SCENARIOS
from tests.dialplan.matrix.stories import Stories, Told
from tests.instance import HotlineInstance
from tests.seat.browser import Desk
from tests.seat.devices import Phone
from tests.seat.seat import Seat
from tests.seat.voices import COLLEAGUE, SEAT, SUPERVISOR
from tests.waiting import poll

#: Two lanes of each sort of device.
DEVICES = {1: "phone", 2: "phone", 3: "browser", 4: "browser"}
FOLDER = Path(__file__).parent

Tell = Callable[[str, str], Awaitable[Told]]


@pytest.fixture(scope="session")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HotlineInstance]:
    queues = tmp_path_factory.mktemp("matrix") / "queues.toml"
    own = (FOLDER / "queues.toml").read_text(encoding="utf-8")
    queues.write_text(PACKAGED.read_text(encoding="utf-8") + own, encoding="utf-8")
    settings = {
        "HOTLINE_QUEUE_FILE": str(queues),
        "HOTLINE_DEMO_SEATS": "9",
        "HOTLINE_TRANSFER_RING_S": str(RING_S),
        # Scenarios follow each other at once: neither a call missed nor the time after a call is waited for.
        "HOTLINE_QUEUE_MAX_WAIT_S": "30",
    }
    instance = HotlineInstance(settings)
    await asyncio.to_thread(instance.start)
    try:
        await _publish(instance)
        await _enter_district(instance)
        yield instance
    finally:
        status = await asyncio.to_thread(instance.stop)
        await instance.close()
        instance.remove()
    assert status == 0


async def _publish(hotline: HotlineInstance) -> None:
    """The menu of lanes takes the place of the delivered one."""
    await flow_versions.publish(
        Hand(hotline.sessions, SystemClock()),
        flow=hotline.settings.flow.preset,
        text=(FOLDER / "menu.toml").read_text(encoding="utf-8"),
        note="矩阵",
        based_on=0,
        check=lambda _name, _text: (),
    )
    copy = hotline.state / "house.json"
    await poll(
        lambda: copy.exists() and json.loads(copy.read_text())["version"] == 1, "callers meet the lanes"
    )


async def _enter_district(hotline: HotlineInstance) -> None:
    """The district calls are handed to is in the directory."""
    entry = {"code": DISTRICT, "label": "一区", "kind": "district", "number": "84301234"}
    client = await hotline.log_in("leader")
    async with client, client.post("/api/v1/directory", json=entry) as answer:
        assert answer.status == 201, await answer.text()


@pytest.fixture(scope="session")
async def lanes(centre: HotlineInstance, request: pytest.FixtureRequest) -> AsyncIterator[list[Lane]]:
    """The seats at work, on the sorts of device the tests of this run ask for."""
    numbers = [
        n for n, kind in DEVICES.items() if any(f"[{kind}-" in one.name for one in request.session.items)
    ]
    deaf = Seat(centre, "1009", Phone(COLLEAGUE, answers=False))
    leader = Seat(centre, "1900", Phone(SUPERVISOR), "leader")
    world = World(centre, deaf, leader)
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium(centre.settings, SEAT.alaw(1)))
        made = [Lane(world, n, _seat(centre, n, DEVICES[n], browser), _colleague(centre, n)) for n in numbers]
        for seat in (deaf, leader, *(seat for lane in made for seat in (lane.seat, lane.colleague))):
            stack.push_async_callback(seat.end)
            await seat.begin()
        client = await stack.enter_async_context(await centre.log_in("leader"))
        for lane in made:
            await lane.seat.serve(client, lane.queue)
            await lane.colleague.serve(client, lane.target)
        await deaf.serve(client, "general")
        yield made


def _seat(hotline: HotlineInstance, number: int, kind: str, browser: Browser) -> Seat:
    return Seat(hotline, f"100{number}", Phone(SEAT) if kind == "phone" else Desk(browser, SEAT))


def _colleague(hotline: HotlineInstance, number: int) -> Seat:
    return Seat(hotline, f"100{number + 4}", Phone(COLLEAGUE))


@pytest.fixture(scope="session")
async def stories(lanes: list[Lane], request: pytest.FixtureRequest) -> AsyncIterator[Stories]:
    """The lanes at work in the background, through whatever the tests of this run ask for."""
    stories = Stories()
    for name, kind in itertools.product(SCENARIOS, dict.fromkeys(DEVICES.values())):
        if any(f"[{kind}-{name}]" in item.name for item in request.session.items):
            stories.told(name, kind)
    workers = [asyncio.create_task(stories.work(lane, DEVICES[lane.number])) for lane in lanes]
    yield stories
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    stories.forget()


@pytest.fixture
def tell(stories: Stories, request: pytest.FixtureRequest) -> Tell:
    """Gives the story of a scenario on a device, with its evidence, once it is over.

    A test that is tried again gets a call made anew, and so do those after it.
    """
    attempt: int = getattr(request.node, "execution_count", 1)

    async def one(name: str, kind: str) -> Told:
        return await asyncio.shield(stories.told(name, kind, attempt))

    return one
