"""Lines a real Asterisk wrote into its queue_log, every documented word, and finding a day in a long file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.reconciliation.queue_log import WORDS, lines_between, parse
from ivr.reconciliation.stays import LogStay, log_stays

CALL = "h6e85d6-1795415502.5"

STAYS: dict[str, tuple[list[str], list[LogStay]]] = {
    "a talk the seat ends": (
        [
            f"1795415504|{CALL}|q-general|NONE|ENTERQUEUE||13800001234|1",
            f"1795415504|{CALL}|q-general|1001|RINGNOANSWER|3000",
            f"1795415510|{CALL}|q-general|1002|CONNECT|6|h6e85d6-1795415504.15|3",
            f"1795415527|{CALL}|q-general|1002|COMPLETEAGENT|6|17|1",
        ],
        [LogStay("q-general", 1795415504, 6, "1002", 1795415510, 17, "COMPLETEAGENT")],
    ),
    "given up": (
        [
            f"1795415504|{CALL}|q-general|NONE|ENTERQUEUE||13800001234|1",
            f"1795415513|{CALL}|q-general|NONE|ABANDON|1|1|9",
        ],
        [LogStay("q-general", 1795415504, 9, word="ABANDON")],
    ),
    "a key": (
        [
            f"1795415504|{CALL}|q-general|NONE|ENTERQUEUE||13800001234|1",
            f"1795415513|{CALL}|q-general|NONE|EXITWITHKEY|1|1|1|9",
        ],
        [LogStay("q-general", 1795415504, 9, word="EXITWITHKEY")],
    ),
    "handed on by the phone's own key": (
        [
            f"1795415504|{CALL}|q-general|NONE|ENTERQUEUE||13800001234|1",
            f"1795415506|{CALL}|q-general|1001|CONNECT|2|h6e85d6-1795415504.15|2",
            f"1795415516|{CALL}|q-general|1001|BLINDTRANSFER|1002|hl-transfer|2|10|1",
        ],
        [LogStay("q-general", 1795415504, 2, "1001", 1795415506, 10, "BLINDTRANSFER")],
    ),
    "the first talk told as over only at the end, beside the second": (
        [
            f"1795415500|{CALL}|q-general|NONE|ENTERQUEUE||13800001234|1",
            f"1795415502|{CALL}|q-general|1001|CONNECT|2|a.1|2",
            f"1795415512|{CALL}|q-general|NONE|ENTERQUEUE||13800001234|1",
            f"1795415515|{CALL}|q-general|1001|CONNECT|3|a.2|2",
            f"1795415530|{CALL}|q-general|1001|COMPLETECALLER|3|15|1",
            f"1795415530|{CALL}|q-general|1001|COMPLETECALLER|2|28|1",
        ],
        [
            LogStay("q-general", 1795415500, 2, "1001", 1795415502, 28, "COMPLETECALLER"),
            LogStay("q-general", 1795415512, 3, "1001", 1795415515, 15, "COMPLETECALLER"),
        ],
    ),
}


@pytest.mark.parametrize("name", STAYS)
def test_stays_of_a_call(name: str) -> None:
    text, stays = STAYS[name]
    lines = [line for line in map(parse, text) if line is not None]
    assert len(lines) == len(text)
    assert log_stays(lines) == stays


@pytest.mark.parametrize("word", WORDS)
def test_every_documented_word_is_read(word: str) -> None:
    line = parse(f"1795415504|{CALL}|q-general|1001|{word}|1|2|3|4|5\n")
    assert line is not None and (line.call_id, line.queue, line.member) == (CALL, "q-general", "1001")
    assert log_stays([line]) == ([LogStay("q-general", 1795415504)] if word == "ENTERQUEUE" else [])


@pytest.mark.parametrize("text", ["", "x|y", "1|c|q|m|UNHEARDOF|", "noon|c|q|m|CONNECT|1", "1|c|q|m"])
def test_what_is_no_line(text: str) -> None:
    assert parse(text) is None


def test_a_number_that_is_none() -> None:
    line = parse("1|c|q|m|CONNECT|soon|c|3")
    assert line is not None and (line.wait_s, line.talk_s) == (None, None)
    short = parse("1|c|q|m|COMPLETEAGENT|1")
    assert short is not None and (short.wait_s, short.talk_s) == (1, None)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 500])
def test_a_day_is_found_in_a_file_of_any_length(tmp_path: Path, count: int) -> None:
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    path = tmp_path / "queue_log"
    times = [int(begin.timestamp()) + 60 * n for n in range(-count, count)]
    path.write_text("".join(f"{at}|c{n}|q|NONE|ENTERQUEUE|{'x' * (n % 40)}\n" for n, at in enumerate(times)))
    found = [line.at for line in lines_between(path, begin, begin + timedelta(minutes=2))]
    assert found == [at for at in times if 0 <= at - begin.timestamp() < 120]
    everything = [
        line.at for line in lines_between(path, begin - timedelta(days=9), begin + timedelta(days=9))
    ]
    assert everything == times


def test_no_file_is_nothing(tmp_path: Path) -> None:
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    assert list(lines_between(tmp_path / "queue_log", begin, begin + timedelta(days=1))) == []
