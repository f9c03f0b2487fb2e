"""Reads a flow file and refuses one that could leave a caller stranded."""

from __future__ import annotations

import tomllib
from collections.abc import Container
from pathlib import Path
from typing import Any

from ivr.flows.model import KEYS, Flow, Menu, Step, Terminal, ToGoodbye, ToMessage, ToQueue

FOLDER = Path(__file__).parent
#: Steps the dialplan adds to a call's path besides those of the flow, with their labels.
DIALPLAN_STEPS = {
    "queue": "排队",
    "message": "留言",
    "goodbye": "结束语",
    "fallback": "备用流程",
    "unknown_number": "空号",
}
_MENU = {"label", "play", "keys", "wrong_key", "tries", "otherwise"}


class FlowError(Exception):
    """The flow file has a mistake; the message names file, step and what to do."""


def load(name: str, prompts: Container[str], queues: Container[str], folder: Path = FOLDER) -> Flow:
    """Load `<name>.toml`.

    Raises:
        FlowError: it cannot be read, a step or prompt or queue is unknown, a step cannot be reached,
            or a caller could go round without ever reaching a person, a message or a goodbye.
    """
    path = folder / f"{name}.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise FlowError(f"{path.name}: {error}") from error
    reader = _Reader(path.name, prompts, queues)
    steps = {step_id: reader.step(step_id, body) for step_id, body in document.get("steps", {}).items()}
    flow = Flow(name, document.get("label", name), document.get("start", ""), steps)
    reader.check_graph(flow)
    return flow


class _Reader:
    def __init__(self, file: str, prompts: Container[str], queues: Container[str]) -> None:
        self._file, self._prompts, self._queues = file, prompts, queues

    def fail(self, step: str, problem: str) -> FlowError:
        return FlowError(f"{self._file} [steps.{step}]: {problem}")

    def step(self, step_id: str, body: dict[str, Any]) -> Step:
        label = body.get("label")
        if not isinstance(label, str):
            raise self.fail(step_id, 'give it a label = "…"')
        kinds = [kind for kind in ("play", "queue", "message", "goodbye") if kind in body]
        if len(kinds) != 1:
            raise self.fail(step_id, f"needs exactly one of play, queue, message, goodbye; has {kinds}")
        action = self._menu(step_id, body) if kinds[0] == "play" else self._terminal(step_id, body, kinds[0])
        return Step(step_id, label, action)

    def _terminal(self, step_id: str, body: dict[str, Any], kind: str) -> Terminal:
        if extra := sorted(set(body) - {"label", kind}):
            raise self.fail(step_id, f"a {kind} step takes nothing but a label; remove {extra}")
        if kind == "queue":
            if body["queue"] not in self._queues:
                raise self.fail(step_id, f"there is no queue {body['queue']!r}")
            return ToQueue(body["queue"])
        return ToMessage() if kind == "message" else ToGoodbye()

    def _menu(self, step_id: str, body: dict[str, Any]) -> Menu:
        if extra := sorted(set(body) - _MENU):
            raise self.fail(step_id, f"unknown {extra}; a menu knows {sorted(_MENU)}")
        if missing := sorted({"keys", "wrong_key", "otherwise"} - set(body)):
            raise self.fail(step_id, f"lacks {missing}")
        for prompt in [*body["play"], body["wrong_key"]]:
            if prompt not in self._prompts:
                raise self.fail(step_id, f"prompt {prompt!r} is not in the catalogue")
        for key in body["keys"]:
            if len(key) != 1 or key not in KEYS:
                raise self.fail(step_id, f"key {key!r} is not one of {KEYS}")
        tries = body.get("tries", 3)
        if not isinstance(tries, int) or not 1 <= tries <= 9:
            raise self.fail(step_id, f"tries = {tries!r}: must be 1 to 9")
        return Menu(tuple(body["play"]), dict(body["keys"]), body["wrong_key"], tries, body["otherwise"])

    def check_graph(self, flow: Flow) -> None:
        if flow.start not in flow.steps:
            raise FlowError(f"{self._file}: start = {flow.start!r} names no step")
        for step in flow.steps.values():
            for target in targets(step):
                if target not in flow.steps:
                    raise self.fail(step.id, f"goes on at {target!r}, which is no step")
        if orphans := sorted(set(flow.steps) - _reachable(flow)):
            raise self.fail(orphans[0], "no key leads here; remove it or connect it")
        for step_id in flow.steps:
            self._check_silence_ends(flow, step_id)

    def _check_silence_ends(self, flow: Flow, start: str) -> None:
        """A caller who only ever stays silent or presses wrong keys must arrive somewhere."""
        seen, step = {start}, flow.steps[start]
        while isinstance(step.action, Menu):
            step = flow.steps[step.action.otherwise]
            if step.id in seen:
                raise self.fail(
                    start, f"a silent caller goes round for ever at {step.id!r}; change `otherwise`"
                )
            seen.add(step.id)


def targets(step: Step) -> list[str]:
    """Steps that can follow `step`."""
    return [*step.action.keys.values(), step.action.otherwise] if isinstance(step.action, Menu) else []


def _reachable(flow: Flow) -> set[str]:
    seen: set[str] = set()
    todo = [flow.start]
    while todo:
        step_id = todo.pop()
        if step_id not in seen:
            seen.add(step_id)
            todo += targets(flow.steps[step_id])
    return seen
