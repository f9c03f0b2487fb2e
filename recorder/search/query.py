"""Asking the index: what was wanted becomes one statement, and its rows come newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import ge, le

from sqlalchemy import ColumnElement, FromClause, Select, and_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import InvalidError
from core.words import SHORTEST, pairs, plain
from recorder.search import facts
from recorder.search.keys import IN_A_SECOND, lowest
from recorder.search.lines import Hit, Line, hits
from recorder.search.tables import SearchRow, SearchText
from recorder.search.words_table import Holding

#: Words of one search.
MOST_WORDS = 8


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; None and empty: no matter. Seconds, shares 0 to 1, scores 0 to 100."""

    q: str = ""
    from_: datetime | None = None
    to: datetime | None = None
    #: A whole number, or its last digits (four at least).
    number: str = ""
    seat: str = ""
    queue: str = ""
    #: A case's number or id.
    case: str = ""
    min_s: float | None = None
    max_s: float | None = None
    score_min: float | None = None
    score_max: float | None = None
    #: A word of a keyword list; `*`: any.
    keyword: str = ""
    silence_min: float | None = None
    talk_over_min: float | None = None
    survey: int | None = None
    #: A mark of the call: confidential, emergency, nuisance, closed, busy.
    flag: str = ""


@dataclass(frozen=True)
class Reach:
    """What the asker may find, as a condition over another room's table that stands beside the index."""

    allowed: ColumnElement[bool] = field(default_factory=true)
    #: The table the condition is about, and how it stands beside `SearchRow`; None: none is needed.
    beside: FromClause | None = None
    on: ColumnElement[bool] = field(default_factory=true)
    #: The same roughly, as groups of tokens one of which every find holds: spares the index vain looks.
    hints: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Found:
    row: SearchRow
    hits: list[Hit]


@dataclass(frozen=True)
class Page:
    """Finds, newest first, and the cursor of the next page if there is one."""

    items: list[Found]
    next: str | None


def words_wanted(q: str) -> list[str]:
    """The plain words of a search.

    Raises:
        InvalidError: a word of one character, no letter at all, or too many words.
    """
    words = list(dict.fromkeys(filter(None, map(plain, q.split()))))
    if q.strip() and not words:
        raise InvalidError(fields={"q": "没有可以搜索的文字"})
    if any(len(word) < SHORTEST for word in words):
        raise InvalidError(fields={"q": "每个词至少两个字"})
    if len(words) > MOST_WORDS:
        raise InvalidError(fields={"q": f"最多 {MOST_WORDS} 个词"})
    return words


async def search(
    session: AsyncSession, wanted: Wanted, reach: Reach, *, limit: int = 20, cursor: str = ""
) -> Page:
    """One page of finds; recordings that come in meanwhile do not shift later pages.

    Raises:
        InvalidError: see `words_wanted`; too few digits of a number; a cursor no page gave.
    """
    statement = _statement(session, wanted, reach, cursor).limit(limit + 1)
    rows: Sequence[SearchRow] = (await session.scalars(statement)).all()
    shown = rows[:limit]
    said = await _said(session, shown, _shown_words(wanted))
    items = [Found(row, said.get(row.recording_id, [])) for row in shown]
    return Page(items, str(shown[-1].key) if len(rows) > limit else None)


def _statement(session: AsyncSession, wanted: Wanted, reach: Reach, cursor: str) -> Select[SearchRow]:
    words = words_wanted(wanted.q)
    tokens = [*dict.fromkeys(pair for word in words for pair in pairs(word)), *_tokens(wanted)]
    found = select(SearchRow)
    key: ColumnElement[int] = SearchRow.__table__.c.key
    if tokens or reach.hints:
        holding = Holding(session)
        # The words' table first, in the order of its key: what SQLite does of itself, and PostgreSQL weighs.
        found = found.select_from(holding.table).join(SearchRow, SearchRow.key == holding.key)
        found = found.where(holding.all_of(tokens, reach.hints))
        key = holding.key
    if any(len(word) > SHORTEST for word in words):
        found = found.join(SearchText, SearchText.recording_id == SearchRow.recording_id)
        found = found.where(*(SearchText.body.contains(word) for word in words if len(word) > SHORTEST))
    if reach.beside is not None:
        found = found.join(reach.beside, reach.on)
    return found.where(reach.allowed, *_exactly(wanted), *_between(key, wanted, cursor)).order_by(key.desc())


def _tokens(wanted: Wanted) -> list[str]:
    """Filters as tokens; those of figures only bring near, `_exactly` decides."""
    given = [
        (wanted.seat, f"seat_{facts.token(wanted.seat)}"),
        (wanted.queue, f"queue_{facts.token(wanted.queue)}"),
        (wanted.case, f"case_{facts.token(wanted.case)}"),
        (wanted.flag, f"mark_{facts.token(wanted.flag)}"),
        (wanted.survey, f"survey_{wanted.survey}"),
        (wanted.number, f"last_{_digits(wanted.number)[-facts.LAST_DIGITS :]}"),
        (wanted.keyword, facts.ANY_KEYWORD if wanted.keyword == "*" else f"kw_{plain(wanted.keyword)}"),
    ]
    found = [token for value, token in given if value]
    if wanted.min_s is not None:
        found += facts.at_least("dn", facts.DURATIONS, wanted.min_s)
    if wanted.max_s is not None:
        found += facts.at_most("dx", facts.DURATIONS, wanted.max_s)
    if wanted.score_min is not None:
        found += ["sc_any", *facts.at_least("sn", facts.SCORES, wanted.score_min)]
    if wanted.score_max is not None:
        found += ["sc_any", *facts.at_most("sx", facts.SCORES, wanted.score_max)]
    if wanted.silence_min is not None:
        found += facts.at_least("si", facts.SILENCES, wanted.silence_min * 100)
    if wanted.talk_over_min is not None:
        found += facts.at_least("to", facts.TALK_OVERS, wanted.talk_over_min)
    return list(dict.fromkeys(found))


def _digits(number: str) -> str:
    digits = plain(number)
    if number and (not digits.isdigit() or len(digits) < facts.LAST_DIGITS):
        raise InvalidError(fields={"number": f"请填写号码，或至少末 {facts.LAST_DIGITS} 位"})
    return digits


def _exactly(wanted: Wanted) -> list[ColumnElement[bool]]:
    row = SearchRow
    bounds = [
        (row.duration_s, ge, wanted.min_s),
        (row.duration_s, le, wanted.max_s),
        (row.score, ge, wanted.score_min),
        (row.score, le, wanted.score_max),
        (row.silence_share, ge, wanted.silence_min),
        (row.talk_over_s, ge, wanted.talk_over_min),
    ]
    found: list[ColumnElement[bool]] = [
        compare(figure, bound) for figure, compare, bound in bounds if bound is not None
    ]
    if wanted.number:
        found.append(row.caller.endswith(_digits(wanted.number)))
    return found


def _between(key: ColumnElement[int], wanted: Wanted, cursor: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.from_ is not None:
        found.append(and_(key >= lowest(wanted.from_), SearchRow.started_at >= wanted.from_))
    if wanted.to is not None:
        found.append(and_(key < lowest(wanted.to) + IN_A_SECOND, SearchRow.started_at < wanted.to))
    if cursor:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
            raise InvalidError(fields={"cursor": "不是有效的翻页位置"})
        found.append(key < int(cursor))
    return found


def _shown_words(wanted: Wanted) -> list[str]:
    words = words_wanted(wanted.q)
    return words or [plain(word) for word in [wanted.keyword] if word and word != "*"]


async def _said(session: AsyncSession, rows: Sequence[SearchRow], words: list[str]) -> dict[int, list[Hit]]:
    """The finds in context: read for the rows of a page only."""
    if not rows:
        return {}
    ids = [row.recording_id for row in rows]
    texts = await session.execute(
        select(SearchText.recording_id, SearchText.lines).where(SearchText.recording_id.in_(ids))
    )
    by_id = {row.recording_id: row for row in rows}
    return {
        recording_id: hits(map(Line.of_json, lines), words or list(map(plain, by_id[recording_id].keywords)))
        for recording_id, lines in texts
    }
