"""Settings of live help (实时辅助): the running transcript beside a call."""

from __future__ import annotations

from pydantic import Field

from core.section import Section

#: What a seat must not overhear; a city adds its own.
_KEYWORDS = [
    *("爆炸", "漏气", "燃气", "煤气", "着火", "火灾", "触电", "漏电", "塌陷", "坍塌", "溺水", "中毒"),
    *("自杀", "轻生", "受伤", "有人被困", "停水", "停电", "停气", "停暖", "投诉", "记者"),
]


class Live(Section):
    """实时辅助. `make bench` (row `live_help`) says how many streams a machine keeps up with."""

    streams: int = Field(
        2, description="Calls whose talk is written down while it goes on, at most; 0: none.", ge=0, le=90
    )
    max_lag_s: float = Field(
        4,
        description="A call whose words come later than this is let go: the machine is too busy.",
        ge=1,
        le=60,
    )
    keywords: list[str] = Field(_KEYWORDS, description="Words marked in what is said.")
