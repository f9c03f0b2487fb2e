"""What people do with a call. Each notes in the story's diary, at once, who has the call now."""

from __future__ import annotations

import asyncio

from tests.dialplan.matrix.lanes import (
    DISTRICT,
    RING_S,
    TALK_S,
    Lane,
    Scenario,
    Story,
    answered,
    consulted,
    goodbye,
    outside,
    owner,
)
from tests.seat.seat import to_directory, to_queue, to_seat
from tests.seat.voices import COLLEAGUE, EXTERNAL, SEAT, SUPERVISOR


async def blind_to_seat(lane: Lane, story: Story) -> None:
    """盲转 to another seat."""
    async with lane.arrived(story):
        await lane.seat.press("transfer", target=to_seat(lane.colleague))
        story.diary.turn("seat", lane.colleague.extension, "ring")
        await _colleague_has_it(lane, story)


async def blind_to_queue(lane: Lane, story: Story) -> None:
    """盲转 to a queue, where the colleague is next."""
    async with lane.arrived(story):
        await lane.seat.press("transfer", target=to_queue(lane.target))
        story.diary.turn("queue", lane.target, "wait")
        await _colleague_has_it(lane, story)


async def _colleague_has_it(lane: Lane, story: Story) -> None:
    """The colleague answers and ends the call; the seat has nothing to do with it any more."""
    await lane.colleague.device.talking()
    story.diary.turn("seat", lane.colleague.extension, "talk", [COLLEAGUE], **owner(lane.colleague))
    await lane.seat.device.idle()
    await goodbye(story, lane.colleague)


async def blind_outside(lane: Lane, story: Story) -> None:
    """盲转 to a district, which ends the call."""
    async with outside(lane.world, hang_up_after_s=2 * TALK_S) as callee:
        async with lane.arrived(story):
            await lane.seat.press("transfer", target=to_directory(DISTRICT))
            story.diary.turn("external", DISTRICT, "ring")
            await answered(callee)
            story.diary.turn("external", DISTRICT, "talk", [EXTERNAL])
            await lane.seat.device.idle()
            await callee.over()
            story.diary.turn("menu", "", "listen")
        story.outside_s = callee.talk_s
        # The district hung up, and the citizen heard goodbye after that.
        story.hung_up_by = "external"


async def attended_to_seat(lane: Lane, story: Story) -> None:
    """征询转接: asks the colleague first, then hands the call over."""
    async with lane.arrived(story):
        await lane.seat.press("consult", target=to_seat(lane.colleague))
        story.diary.turn("seat", lane.seat.extension, "consult", **owner(lane.seat))
        await lane.colleague.device.talking()
        both = owner(lane.seat) | consulted(lane.colleague)
        story.diary.turn("seat", lane.seat.extension, "consult", **both)
        await asyncio.sleep(TALK_S)
        await lane.seat.press("complete")
        story.diary.turn("seat", lane.colleague.extension, "talk", [COLLEAGUE], **owner(lane.colleague))
        await lane.seat.device.idle()
        await goodbye(story, lane.colleague)


async def attended_outside(lane: Lane, story: Story) -> None:
    """征询转接 to a district."""
    async with outside(lane.world, hang_up_after_s=3 * TALK_S) as callee:
        async with lane.arrived(story):
            await lane.seat.press("consult", target=to_directory(DISTRICT))
            story.diary.turn("seat", lane.seat.extension, "consult", **owner(lane.seat))
            await answered(callee)
            await asyncio.sleep(TALK_S)
            await lane.seat.press("complete")
            story.diary.turn("external", DISTRICT, "talk", [EXTERNAL])
            await lane.seat.device.idle()
            await callee.over()
            story.diary.turn("menu", "", "listen")
        story.outside_s = callee.talk_s
        story.hung_up_by = "external"


async def failed(lane: Lane, story: Story) -> None:
    """Nobody answers where it was sent: it comes back to the seat."""
    async with lane.world.deaf_free, lane.arrived(story):
        deaf = lane.world.deaf
        await lane.seat.press("transfer", target=to_seat(deaf))
        story.diary.turn("seat", deaf.extension, "ring")
        await lane.seat.device.idle()
        await asyncio.sleep(RING_S)
        story.diary.turn("seat", lane.seat.extension, "ring")
        await lane.seat.device.talking()
        lane.talks(story)
        await goodbye(story, lane.seat)


async def abandoned(lane: Lane, story: Story) -> None:
    """The caller gives up while the seat asks the colleague."""
    async with lane.arrived(story, hang_up_after_s=10):
        await lane.seat.press("consult", target=to_seat(lane.colleague))
        story.diary.turn("seat", lane.seat.extension, "consult", **owner(lane.seat))
        await lane.colleague.device.talking()
        both = owner(lane.seat) | consulted(lane.colleague)
        story.diary.turn("seat", lane.seat.extension, "consult", **both)
        story.hung_up_by = "caller"
    # Nobody to talk with is left: both seats are free again without touching anything.
    await asyncio.gather(lane.seat.device.idle(), lane.colleague.device.idle())


async def conference(lane: Lane, story: Story) -> None:
    """三方会议 with a district; the seat leaves, then the district ends the call."""
    async with outside(lane.world, hang_up_after_s=5 * TALK_S) as callee:
        async with lane.arrived(story):
            await lane.seat.press("consult", target=to_directory(DISTRICT))
            story.diary.turn("seat", lane.seat.extension, "consult", **owner(lane.seat))
            await answered(callee)
            await lane.seat.press("conference")
            all_three = [SEAT, EXTERNAL]
            story.diary.turn("seat", lane.seat.extension, "conference", all_three, **owner(lane.seat))
            await asyncio.sleep(2 * TALK_S)
            await lane.seat.press("leave")
            story.diary.turn("external", DISTRICT, "", [EXTERNAL])
            await lane.seat.device.idle()
            await callee.over()
            story.diary.turn("menu", "", "listen")
        story.outside_s = callee.talk_s
        story.hung_up_by = "external"


async def taken_over(lane: Lane, story: Story) -> None:
    """强插接管: the shift leader takes the call."""
    async with lane.world.supervisor_free, lane.arrived(story):
        leader = lane.world.supervisor
        leader.device.fresh()
        await leader.ask("/supervision/take-over", {"extension": lane.seat.extension})
        await leader.device.talking()
        # The seat is told so, and is on the line as long as that takes.
        both = owner(leader) | owner(lane.seat)
        story.diary.turn("seat", leader.extension, "talk", [SUPERVISOR], **both)
        await lane.seat.device.idle()
        story.diary.turn("seat", leader.extension, "talk", [SUPERVISOR], **owner(leader))
        await goodbye(story, leader)


async def parked(lane: Lane, story: Story) -> None:
    """驻留: the colleague fetches the call."""
    async with lane.arrived(story):
        await lane.seat.press("park")
        story.diary.turn("park", lane.seat.extension, "wait")
        await lane.seat.device.idle()
        await asyncio.sleep(TALK_S / 2)
        (place,) = [one for one in (await lane.colleague.get("/parked"))["items"] if _is(one, story)]
        await lane.colleague.ask(f"/parked/{place['call_id']}/retrieve")
        story.diary.turn("", "", "")
        await lane.colleague.device.talking()
        story.diary.turn("seat", lane.colleague.extension, "talk", [COLLEAGUE], **owner(lane.colleague))
        await goodbye(story, lane.colleague)


def _is(parked: dict[str, str], story: Story) -> bool:
    """Numbers of other seats' callers are masked; the last four digits are not."""
    return parked["caller"][-4:] == story.caller[-4:]


async def held(lane: Lane, story: Story) -> None:
    """保持 and back, then a question to the colleague that is given up."""
    diary = story.diary
    async with lane.arrived(story):
        await lane.seat.press("hold")
        diary.turn("seat", lane.seat.extension, "hold", **owner(lane.seat))
        await asyncio.sleep(TALK_S)
        await lane.seat.press("resume")
        lane.talks(story)
        await asyncio.sleep(TALK_S)
        await lane.seat.press("consult", target=to_seat(lane.colleague))
        diary.turn("seat", lane.seat.extension, "consult", **owner(lane.seat))
        await lane.colleague.device.talking()
        both = owner(lane.seat) | consulted(lane.colleague)
        diary.turn("seat", lane.seat.extension, "consult", **both)
        await asyncio.sleep(TALK_S)
        await lane.seat.press("cancel")
        lane.talks(story)
        await lane.colleague.device.idle()
        await goodbye(story, lane.seat)


#: Issue 4's matrix; seat→seat, seat→queue and seat→external are the targets of blind and attended ones.
SCENARIOS: dict[str, Scenario] = {
    one.__name__: one
    for one in (
        blind_to_seat,
        blind_outside,
        blind_to_queue,
        attended_to_seat,
        failed,
        abandoned,
        taken_over,
        parked,
        held,
        conference,
        attended_outside,
    )
}
