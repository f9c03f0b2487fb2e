"""Every way through every flow ends with a person, a message or a goodbye, checked on the files' text."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest

from core.settings import Flow
from hotline import cli, flow_docs
from ivr.flows import loader
from ivr.queues import QUEUES

FILES = sorted(loader.FOLDER.glob("*.toml"))
DOCUMENT = Path(flow_docs.__file__).parents[1] / "docs" / "call-flows.md"


def _steps(file: Path) -> dict[str, Any]:
    steps: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))["steps"]
    return steps


def _followers(step: dict[str, Any]) -> list[str]:
    return [*step.get("keys", {}).values(), *(step[name] for name in ("next", "otherwise") if name in step)]


def _queues(step: dict[str, Any]) -> list[str]:
    queue = step.get("queue", [])
    return [queue] if isinstance(queue, str) else [*queue.values()] if isinstance(queue, dict) else []


def _is_end(step: dict[str, Any]) -> bool:
    is_queue = bool(_queues(step)) and set(_queues(step)) <= set(QUEUES)
    return is_queue or step.get("message") is True or step.get("goodbye") is True


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_way_ends_well(file: Path) -> None:
    """From the ends backwards: a step is good if all that can follow it exists and an end can be reached."""
    steps = _steps(file)
    good = {name for name, step in steps.items() if _is_end(step)}
    assert good
    grown = True
    while grown:
        more = {name for name, step in steps.items() if set(_followers(step)) & good} - good
        good |= more
        grown = bool(more)
    assert good == set(steps), "from these nobody is ever reached"
    for name, step in steps.items():
        assert set(_followers(step)) <= set(steps), name
        assert _is_end(step) == (not _followers(step)), name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_person_is_one_key_away_wherever_the_caller_is(file: Path) -> None:
    """Key 0 leads to the step `person`; a file cannot give the key another meaning."""
    steps = _steps(file)
    assert _queues(steps["person"])
    for name, step in steps.items():
        assert not set(step.get("keys", {})) & {"0", "*", "#"}, name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_silent_caller_comes_to_a_person_or_has_been_served(file: Path) -> None:
    steps = _steps(file)
    for name, step in steps.items():
        here = step
        while not _is_end(here):
            here = steps[here.get("otherwise", here.get("next"))]
        assert _queues(here) or _is_end(step) or name == "anything_else", name


def test_the_flows_are_those_the_setting_knows() -> None:
    assert {file.stem for file in FILES} == set(loader.PRESETS)
    assert set(get_args(Flow.model_fields["preset"].annotation)) == set(loader.PRESETS)
    assert Flow().preset == loader.PRESETS[0] == "agent_first"


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == flow_docs.render(), "run `make docs`"


def test_the_document_does_not_depend_on_this_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    before = flow_docs.render()
    monkeypatch.setenv("HOTLINE_QUEUE_MAX_WAIT_S", "99")
    monkeypatch.setenv("HOTLINE_SIP_DID", "12345")
    assert flow_docs.render() == before


def test_the_document_tells_everything() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for file in FILES:
        assert f"(`{file.stem}`)" in text
        for name, step in _steps(file).items():
            assert f"| `{name}` | {step['label']} |" in text
    for step, label in loader.DIALPLAN_STEPS.items():
        assert f"| `{step}` | {label} |" in text
    assert "## When Python is away" in text
    assert text.count("```mermaid\n") == len(FILES) + 1


def test_diagrams_name_only_boxes_that_are_there() -> None:
    """A box that is only an arrow's end would be drawn with its id as text."""
    for diagram in DOCUMENT.read_text(encoding="utf-8").split("```mermaid\n")[1:]:
        lines = [line.strip() for line in diagram.split("```")[0].splitlines()[1:]]
        named = {line.split("[")[0].split("(")[0].split("{")[0] for line in lines if " --> " not in line}
        ends = {line.rsplit(" ", 1)[1].split("(")[0] for line in lines if "-->" in line}
        assert ends <= named | {"seat", "duty"}, ends - named


@pytest.mark.parametrize("command", ["flows", "contract"])
def test_the_commands_print_the_documents(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command]) == 0
    path = DOCUMENT if command == "flows" else DOCUMENT.parents[1] / "asterisk_conf" / "README.md"
    assert capsys.readouterr().out == path.read_text(encoding="utf-8")
