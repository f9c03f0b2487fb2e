"""Places the calls, side by side but not all at once, and sums up."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from core.settings import Settings
from core.tables import Role
from hotline import demo_data, preflight
from hotline.demo_call import caller
from hotline.demo_call.desk import Desk
from hotline.demo_call.story import Say, Story
from hotline.foreground import unready
from hotline.refusal import Refusal
from ivr.prompts.tts import SynthesisError

#: More than this many callers at once would measure this machine's demo, not the hotline.
AT_ONCE = 10
MOST_CALLS = 1000


def run(settings: Settings, count: int) -> int:
    """Place `count` calls; 0 when each of them became a numbered case, else 1.

    Raises:
        Refusal: the hotline is not up, or there are no demo accounts to work with.
    """
    if not 1 <= count <= MOST_CALLS:
        raise Refusal(f"N is the number of calls, 1 to {MOST_CALLS}.")
    preflight.check_tools(settings)
    missing = unready(settings)
    if missing is None:
        where = f"http://{settings.web.host}:{settings.web.port}"
        raise Refusal(f"No hotline answers at {where}: start one with `make run` in another terminal.")
    if missing:
        raise Refusal(f"The hotline is not complete: waiting for {', '.join(missing)}.")
    return asyncio.run(_place(settings, count))


async def _place(settings: Settings, count: int) -> int:
    accounts = {account.role: account for account in reversed(demo_data.read(settings))}
    if not {Role.SEAT, Role.SHIFT_LEADER} <= accounts.keys():
        raise Refusal("There are no demo accounts (demo.enabled): run `hotline setup`.")
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        leader = await stack.enter_async_context(Desk(settings, accounts[Role.SHIFT_LEADER]))
        seat = await stack.enter_async_context(Desk(settings, accounts[Role.SEAT]))
        limit = asyncio.Semaphore(AT_ONCE)
        numbers = list(dict.fromkeys(caller.caller_number() for _ in range(count * 2)))[:count]
        calls = [_one(settings, leader, seat, number, limit, quiet=count > 1) for number in numbers]
        worked = await asyncio.gather(*calls)
    if count > 1:
        print(f"{sum(worked)} of {count} calls became cases in {time.monotonic() - began:.0f} s", flush=True)
    return 0 if all(worked) else 1


async def _one(
    settings: Settings, leader: Desk, seat: Desk, number: str, limit: asyncio.Semaphore, *, quiet: bool
) -> bool:
    """Whether the call became a numbered case; what happened is printed."""
    say: Say = (lambda _text: None) if quiet else (lambda text: print(text, flush=True))
    async with limit:
        story = asyncio.create_task(Story(leader, seat, number, say).tell())
        try:
            address = caller.carrier_address(settings)
            say(f"dialling       sip:{settings.sip.did} as {number} from {address}")
            told = await caller.call(settings, number)
            say(f"caller's side  spoke {told.spoken_s:.1f} s, heard {told.heard_s:.1f} s, SIPp is content")
            case = await story
        except (caller.CallFailedError, SynthesisError, Refusal) as error:
            print(f"{number}  FAILED: {error}", flush=True)
            return False
        finally:
            story.cancel()
            await asyncio.wait([story])
    if quiet:
        print(f"{number}  case {case}", flush=True)
    return True
