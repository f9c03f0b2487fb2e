"""Loads the benchmark's calls the quick way: the rows and words `recorder.search.index.put` would write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.words import words_of
from ivr.ledger.tables import Call
from recorder.search import facts
from recorder.search.index import Document
from recorder.search.keys import key_of
from recorder.search.lines import body_of
from recorder.search.tables import SearchRow, SearchText

_BATCH = 1000


async def fill(engine: AsyncEngine, documents: Iterable[Document]) -> None:
    """Write all of them, a batch a transaction."""
    for batch in _batches(documents):
        async with engine.begin() as connection:
            await _write(connection, batch)
    async with engine.begin() as connection:
        await connection.execute(text("ANALYZE"))


async def _write(connection: AsyncConnection, batch: list[Document]) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    calls, rows, texts, words = [], [], [], []
    for one in batch:
        body, tokens = body_of(one.lines), " ".join(facts.tokens(one.call, one.figures, one.keywords))
        every = sorted(words_of(body) | set(tokens.split()))
        key = key_of(one.call.started_at, one.recording_id)
        calls.append(_call(one))
        rows.append(_row(key, one))
        lines = [line.as_json() for line in one.lines]
        texts.append({"recording_id": one.recording_id, "body": body, "facts": tokens, "lines": lines})
        words.append({"key": key, "words": " ".join(every) if is_sqlite else every})
    await connection.execute(insert(Call), calls)
    await connection.execute(insert(SearchRow), rows)
    await connection.execute(insert(SearchText), texts)
    column = "rowid" if is_sqlite else "key"
    await connection.execute(
        text(f"INSERT INTO recording_words({column}, words) VALUES (:key, :words)"),  # noqa: S608 - ours
        words,
    )


def _call(one: Document) -> dict[str, Any]:
    call = one.call
    return {
        "id": call.call_id,
        "trunk": "bench",
        "caller": call.caller,
        "started_at": call.started_at,
        "ended_at": call.started_at,
        "queue": call.queue,
        "seat": call.seat,
        "marks": list(call.marks),
        "outcome": "answered",
    }


def _row(key: int, one: Document) -> dict[str, Any]:
    call, figures = one.call, one.figures
    return {
        "key": key,
        "recording_id": one.recording_id,
        "call_id": call.call_id,
        "started_at": call.started_at,
        "caller": call.caller,
        "seat": call.seat,
        "queue": call.queue,
        "duration_s": figures.duration_s,
        "case_id": call.case_id,
        "case_number": call.case_number,
        "score": figures.score,
        "survey": call.survey,
        "silence_share": figures.silence_share,
        "talk_over_s": figures.talk_over_s,
        "keywords": list(one.keywords),
        "marks": list(call.marks),
        "transcript_id": one.transcript_id,
    }


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    for one in documents:
        batch.append(one)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
