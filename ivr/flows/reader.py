"""From the tables of a flow file to its steps. Goes on after a mistake, so that all are told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

from ivr.flows import model as m
from ivr.flows.fields import CHECKS, FIELDS, KINDS, SPOKEN, Field
from ivr.flows.lines import Lines
from ivr.flows.mistakes import Problem, problem

#: Steps the dialplan adds to a call's path besides those of the flow, with their labels.
DIALPLAN_STEPS = {
    "queue": "排队",
    "message": "留言",
    "goodbye": "结束语",
    "forward": "转接",
    "fallback": "备用流程",
    "unknown_number": "空号",
    "callback_offer": "登记回拨",
    "callback": "回拨接通",
}
#: Step names become part of a line of the switch's event file.
_STEP_ID = re.compile(r"[a-z0-9_]{1,32}")


class Reader:
    """Reads the steps of one file; `problems` grows meanwhile."""

    def __init__(
        self, lines: Lines, prompts: Container[str], queues: Iterable[str], forwards: Iterable[str]
    ) -> None:
        self._lines, self._prompts = lines, prompts
        self._queues, self._forwards = list(queues), list(forwards)
        self.problems: list[Problem] = []

    def add(self, code: str, step: str, *path: str, **values: object) -> None:
        line = self._lines.of("steps", step, *path) if step else self._lines.of(*path)
        self.problems.append(problem(code, line, step, **values))

    def step(self, step_id: str, body: Any) -> m.Step | None:
        """The step, or None when it has a mistake."""
        before = len(self.problems)
        if not _STEP_ID.fullmatch(step_id):
            self.add("step_name", step_id)
        if not isinstance(body, dict):
            self.add("no_table", step_id)
            return None
        if not isinstance(body.get("label"), str) or not body["label"]:
            self.add("no_label", step_id)
        kind = next((kind for kind in KINDS if kind in body), "")
        if not kind:
            self.add("no_kind", step_id, known=", ".join(KINDS))
            return None
        if kind == "play" and "keys" not in body and "next" in body:
            kind = "say"
        if step_id in DIALPLAN_STEPS and step_id != kind:
            self.add("step_taken", step_id)
        self._check(step_id, kind, body)
        if len(self.problems) > before:
            return None
        return m.Step(step_id, body["label"], _MAKERS[kind](body), self._lines.of("steps", step_id))

    def _check(self, step_id: str, kind: str, body: Mapping[str, Any]) -> None:
        fields = FIELDS[kind]
        for name in body:
            if name not in fields:
                known = ", ".join(fields)
                self.add("field_unknown", step_id, name, name=name, kind=kind, known=known)
            elif not self._fits(step_id, fields[name], name, body[name]):
                continue
            else:
                self._check_meaning(step_id, name, body[name])
        for name, field in fields.items():
            if field.required and name not in body:
                self.add("field_missing", step_id, name=name, kind=kind)
        for prompt in SPOKEN.get(kind, ()):
            self._check_prompt(step_id, prompt)

    def _fits(self, step_id: str, field: Field, name: str, value: Any) -> bool:
        check, wanted, wanted_en = CHECKS[field.type]
        if check(value):
            return True
        if field.type == "prompts" and value == []:
            self.add("silent", step_id, name)
        else:
            self.add(
                "field_type", step_id, name, name=name, value=repr(value), wanted=wanted, wanted_en=wanted_en
            )
        return False

    def _check_meaning(self, step_id: str, name: str, value: Any) -> None:
        """What a value of the right type names must be there."""
        match name:
            case "play":
                for prompt in value:
                    self._check_prompt(step_id, prompt, name)
            case "wrong_key":
                self._check_prompt(step_id, value, name)
            case "queue":
                self._check_queue(step_id, value)
            case "forward" if value not in self._forwards:
                known = ", ".join(self._forwards)
                self.add("forward", step_id, name, target=value, known=known)
            case "language" if value not in m.LANGUAGES:
                self.add("language", step_id, name, language=value, known=", ".join(m.LANGUAGES))
            case "keys":
                self._check_keys(step_id, value)

    def _check_prompt(self, step_id: str, prompt: str, *path: str) -> None:
        language, name = m.in_language(prompt, m.LANGUAGES[0])
        if name not in self._prompts or language not in m.LANGUAGES:
            self.add("prompt", step_id, *path, prompt=prompt)

    def _check_queue(self, step_id: str, value: str | dict[str, str]) -> None:
        by_language = {m.LANGUAGES[0]: value} if isinstance(value, str) else value
        if m.LANGUAGES[0] not in by_language:
            self.add("field_missing", step_id, "queue", name=m.LANGUAGES[0], kind="queue")
        for language, queue in by_language.items():
            if language not in m.LANGUAGES:
                self.add("language", step_id, "queue", language=language, known=", ".join(m.LANGUAGES))
            if queue not in self._queues:
                self.add("queue", step_id, "queue", queue=queue, known=", ".join(self._queues))

    def _check_keys(self, step_id: str, keys: dict[str, str]) -> None:
        if not keys:
            self.add("no_keys", step_id, "keys")
        for key in keys:
            if key in (m.PERSON, m.REPEAT, m.BACK):
                self.add("key_reserved", step_id, "keys", key, key=key)
            elif len(key) != 1 or key not in m.KEYS:
                self.add("key", step_id, "keys", key, key=key)


def _queue(body: Mapping[str, Any], priority: int) -> m.Queue:
    value = body["queue"]
    first, others = (value, {}) if isinstance(value, str) else (value[m.LANGUAGES[0]], value)
    return m.Queue(first, dict(others), body.get("priority", priority))


def _menu(body: Mapping[str, Any]) -> m.Menu:
    return m.Menu(
        play=tuple(body["play"]),
        keys=dict(body["keys"]),
        wrong_key=body["wrong_key"],
        tries=body.get("tries", 3),
        otherwise=body["otherwise"],
        rounds=body.get("rounds", 1),
        wait_s=float(body["wait_s"]) if "wait_s" in body else None,
    )


def _forward(body: Mapping[str, Any]) -> m.Forward:
    return m.Forward(tuple(body.get("play", ())), body["forward"], _queue(body, m.EMERGENCY_PRIORITY))


def _emergency(body: Mapping[str, Any]) -> m.Emergency:
    return m.Emergency(tuple(body["play"]), _queue(body, m.EMERGENCY_PRIORITY), body.get("forward", ""))


_MAKERS: dict[str, Callable[[Mapping[str, Any]], m.Action]] = {
    "play": _menu,
    "say": lambda body: m.Say(tuple(body["play"]), body["next"]),
    "queue": lambda body: _queue(body, m.ORDINARY_PRIORITY),
    "message": lambda _: m.ToMessage(),
    "goodbye": lambda _: m.ToGoodbye(),
    "language": lambda body: m.Language(body["language"], body["next"]),
    "progress": lambda body: m.Progress(body["next"], body["otherwise"]),
    "articles": lambda body: m.Articles(body["next"], body["otherwise"]),
    "visit": lambda body: m.Visit(body["next"], body["otherwise"]),
    "confidential": lambda body: m.Confidential(tuple(body.get("play", ())), body["next"]),
    "emergency": _emergency,
    "forward": _forward,
}
