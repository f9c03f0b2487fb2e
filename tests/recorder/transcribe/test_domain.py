"""Words of the trade: what a model knows of them, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorder.transcribe.domain import Graph, graph_of, said_of, vocabulary
from recorder.transcribe.models import TEST_MODEL, FoundModel
from recorder.transcribe.vosk_engine import VoskTranscriber


@pytest.mark.parametrize(
    ("files", "graph"),
    [
        (["graph/HCLG.fst"], Graph.STATIC),
        (["graph/HCLr.fst", "graph/Gr.fst"], Graph.DYNAMIC),
        (["HCLr.fst", "Gr.fst"], Graph.DYNAMIC),
        (["graph/HCLr.fst"], Graph.UNKNOWN),
        ([], Graph.UNKNOWN),
    ],
)
def test_the_folder_tells_the_graph(tmp_path: Path, files: list[str], graph: Graph) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert graph_of(tmp_path) == graph


def test_phrases_are_cut_into_words_the_model_knows(tmp_path: Path) -> None:
    known = {"路", "路灯", "不亮", "人民", "人民路", "街", "道"}
    found = vocabulary(
        tmp_path, ["路灯不亮", "人民路街道", "井盖", "路灯不亮", "人民井盖"], known.__contains__
    )
    assert found.sayable == ("路灯 不亮", "人民路 街 道")
    assert found.missing == ("井盖", "人民井盖")


def test_the_real_model_is_asked_and_its_limits_are_said() -> None:
    vosk = VoskTranscriber(FoundModel(TEST_MODEL, "tiny", True), ["中山区", "饕餮"])
    told = vosk.vocabulary.as_json()
    assert told == {"graph": "static", "known": 1, "asked": 2, "missing": ("饕餮",)}
    assert "1/2" in said_of(told) and "不能添加" in said_of(told) and "static" in said_of(told)


def test_nothing_asked_nothing_said() -> None:
    assert said_of(None) == said_of({"graph": "static", "known": 0, "asked": 0, "missing": []}) == ""
