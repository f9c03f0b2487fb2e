"""How long a caller waits for the first prompt, and for the next one after a key: ours against a native menu.

The native one is the same prompts in a bare dialplan (`Background`, `WaitExten`), without recording, ledger
or Python: the least an Asterisk menu can take. The key is one without a meaning, so that both answer with the
same prompt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from bench.bare_switch import BareSwitch
from bench.call_cost import convert
from bench.harness import save, table, there_and_back
from bench.menu_callers import Heard, call
from bench.product import Product
from core.settings import Settings

NAME = "menu"
TOGETHER = 90
#: Calls one after the other that stand for "one call at a time".
ALONE = 10
PROMPTS = ("greeting", "menu-agent-first", "invalid-key")
_PERCENTILES = (50, 95, 99)
_END = "channel request hangup all"


@dataclass(frozen=True)
class Door:
    """A switch, the number of its menu, and the way to end all its calls."""

    settings: Settings
    number: str
    hang_up: Callable[[], object]


def run(rounds: int) -> None:
    """Measure, print, save; fails when a key went unanswered."""
    print(f"Menu: from INVITE to the first prompt, from a key to the next; 1 and {TOGETHER} calls at once")
    sides: dict[str, dict[int, Heard]] = {
        side: {1: Heard(), TOGETHER: Heard()} for side in ("native", "product")
    }
    with Product() as product:
        settings = product.instance.settings
        bare = BareSwitch(menu_wait_s=settings.flow.menu_wait_s)
        for name in PROMPTS:
            source = settings.prompts_dir / "zh_CN" / f"{name}.alaw"
            convert(bare, source, bare.state / "sounds" / f"lean-{name}.alaw")
        with bare as switch:
            doors = {
                "native": Door(switch.settings, "menu", lambda: switch.cli(_END)),
                "product": Door(settings, settings.sip.did, lambda: product.instance.asterisk(_END)),
            }
            for number in range(rounds):
                for side in there_and_back(("native", "product"), number):
                    for at_once in (1, TOGETHER):
                        _add(sides[side][at_once], doors[side], at_once)
    _print_and_save(sides, rounds)


def _add(total: Heard, door: Door, at_once: int) -> None:
    for _ in range(ALONE if at_once == 1 else 1):
        heard = asyncio.run(call(door.settings, door.number, at_once, door.hang_up))
        total.first_prompt_s += heard.first_prompt_s
        total.key_s += heard.key_s
        total.unanswered += heard.unanswered


def percentiles(values: list[float]) -> dict[str, float]:
    """Milliseconds: p50, p95 and p99."""
    cuts = quantiles(values, n=100, method="inclusive")
    return {f"p{number}_ms": round(1000 * cuts[number - 1], 1) for number in _PERCENTILES}


def _print_and_save(sides: dict[str, dict[int, Heard]], rounds: int) -> None:
    result: dict[str, Any] = {"rounds": rounds}
    rows = []
    for what in ("first_prompt_s", "key_s"):
        for at_once in (1, TOGETHER):
            cell = {side: percentiles(getattr(sides[side][at_once], what)) for side in sides}
            ratio = {name: round(cell["product"][name] / cell["native"][name], 2) for name in cell["product"]}
            samples = len(getattr(sides["product"][at_once], what))
            result[f"{what.removesuffix('_s')}_{at_once}"] = {**cell, "ratio": ratio, "samples": samples}
            for side in sides:
                rows.append((what.removesuffix("_s"), at_once, side, *cell[side].values(), samples))
            rows.append((what.removesuffix("_s"), at_once, "× native", *ratio.values(), ""))
    unanswered = {side: sum(heard.unanswered for heard in sides[side].values()) for side in sides}
    print()
    table(("", "at once", "side", "p50 ms", "p95 ms", "p99 ms", "samples"), rows)
    print(f"\n  keys no prompt followed: {unanswered}")
    save(NAME, {**result, "unanswered_keys": unanswered})
    if any(unanswered.values()):
        raise SystemExit(f"keys no prompt followed: {unanswered}; the numbers are worth nothing")
