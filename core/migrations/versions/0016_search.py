"""Search: index rows and words, measures, saved searches, keyword lists and alerts."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_MADE = datetime(2026, 11, 23, tzinfo=UTC)
#: Delivered keyword lists: name, words, severity. Leaders change them as they like.
_LISTS = (
    ("人身危险", "自杀 轻生 跳楼 割腕 不想活 投毒 下毒 杀人 砍人 持刀 绑架", "critical"),
    ("燃气与爆炸", "爆炸 漏气 燃气泄漏 燃气泄露 煤气泄漏 煤气泄露 煤气味 天然气泄漏", "critical"),
    ("塌陷与坍塌", "塌陷 坍塌 塌方 地陷 路面下沉 墙要倒 楼要倒", "critical"),
    ("火情与触电", "着火 起火 火灾 冒烟 漏电 触电 电线掉 电线断", "high"),
    ("涉水险情", "爆管 内涝 被淹 溺水 落水 掉进井", "high"),
    ("群体与上访", "上访 集体投诉 堵路 拉横幅 围堵 聚集", "high"),
    ("媒体曝光", "曝光 记者 媒体 发到网上", "normal"),
)


def upgrade() -> None:
    _index()
    _saved()
    _keywords()
    _words()


def _index() -> None:
    op.create_table(
        "recording_search",
        sa.Column("key", _KEY, autoincrement=False, nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("caller", sa.String(length=32), nullable=False),
        sa.Column("seat", sa.String(length=8), nullable=False),
        sa.Column("queue", sa.String(length=32), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("case_number", sa.String(length=19), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("survey", sa.Integer(), nullable=True),
        sa.Column("silence_share", sa.Float(), nullable=True),
        sa.Column("talk_over_s", sa.Float(), nullable=True),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("transcript_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_recording_search")),
        sa.UniqueConstraint("recording_id", name=op.f("uq_recording_search_recording_id")),
    )
    op.create_index(op.f("ix_recording_search_call_id"), "recording_search", ["call_id"])
    op.create_table(
        "recording_texts",
        sa.Column("recording_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_recording_texts")),
    )
    figures = ("silence_share", "talk_over_s", "caller_speech_s", "hotline_speech_s")
    rates = ("caller_chars_per_min", "hotline_chars_per_min", "longest_silence_s")
    op.create_table(
        "recording_measures",
        sa.Column("recording_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in (*figures, *rates)),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_recording_measures")),
    )


def _saved() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_saved_searches_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
    )
    op.create_index(op.f("ix_saved_searches_account_id"), "saved_searches", ["account_id"])


def _keywords() -> None:
    lists = op.create_table(
        "keyword_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["accounts.id"], name=op.f("fk_keyword_lists_changed_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keyword_lists")),
        sa.UniqueConstraint("name", name=op.f("uq_keyword_lists_name")),
    )
    rows = [
        {"name": name, "words": words.split(), "severity": severity, "active": True, "changed_at": _MADE}
        for name, words, severity in _LISTS
    ]
    op.bulk_insert(lists, rows)
    op.create_table(
        "keyword_alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keyword_alerts")),
        sa.UniqueConstraint("recording_id", "list_id", name=op.f("uq_keyword_alerts_recording_id")),
    )
    op.create_index(op.f("ix_keyword_alerts_list_id"), "keyword_alerts", ["list_id"])
    op.create_index(op.f("ix_keyword_alerts_at"), "keyword_alerts", ["at"])
    op.create_table(
        "keyword_alerts_seen",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["keyword_alerts.id"],
            name=op.f("fk_keyword_alerts_seen_alert_id_keyword_alerts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_keyword_alerts_seen_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("alert_id", "account_id", name=op.f("pk_keyword_alerts_seen")),
    )


def _words() -> None:
    """The full-text part, which no ORM class stands for: see recorder/search/words_table.py."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE recording_words USING fts5"
            "(words, content='', detail=none, columnsize=0, tokenize=\"ascii tokenchars '_'\")"
        )
    else:
        op.execute("CREATE TABLE recording_words (key BIGINT PRIMARY KEY, words TEXT[] NOT NULL)")
        op.execute("CREATE INDEX ix_recording_words_words ON recording_words USING gin (words)")
