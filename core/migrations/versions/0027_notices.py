"""Feedback to citizens: templates, messages, attempts."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _templates()
    _messages()
    _attempts()
    _contacts()
    # Those whose case was merged into another are told of it too: found at each move.
    op.create_index("ix_cases_merged_into", "cases", ["merged_into"])


def _templates() -> None:
    op.create_table(
        "notice_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        *_words(move=32, audience=16, channel=8, language=4, subject=120, confidential=8),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        _refers("notice_templates", "changed_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_templates")),
        sa.UniqueConstraint("move", "audience", "channel", "language", name="uq_notice_templates_move"),
    )


def _messages() -> None:
    table = "outgoing_messages"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("resent_of", sa.Integer(), nullable=True),
        *_words(key=32, move=32, audience=16, channel=8, language=4, recipient=254, person=254),
        *_words(subject=200, state=12, held=8, reference=128),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        *(sa.Column(name, _MOMENT, nullable=True) for name in ("next_at", "leased_until", "sent_at")),
        _refers(table, "case_id", "cases"),
        _refers(table, "template_id", "notice_templates"),
        _refers(table, "account_id", "accounts"),
        _refers(table, "resent_of", table),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_outgoing_messages_key")),
    )
    for column in ("case_id", "created_at"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index("ix_outgoing_messages_due", table, ["state", "urgent", "next_at"])
    op.create_index("ix_outgoing_messages_person_sent", table, ["person", "sent_at"])


def _attempts() -> None:
    table = "outgoing_attempts"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        *_words(outcome=12),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        _refers(table, "message_id", "outgoing_messages"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_attempts")),
    )
    op.create_index(op.f("ix_outgoing_attempts_message_id"), table, ["message_id"])


def _contacts() -> None:
    op.create_table(
        "case_contacts",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        *_words(email=254, wechat=64, language=4, channel=8),
        _refers("case_contacts", "case_id", "cases"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_contacts")),
    )
    op.create_table(
        "staff_contacts",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        *_words(mobile=32, email=254, wechat=64),
        _refers("staff_contacts", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_staff_contacts")),
    )


def _words(**lengths: int) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length=length), nullable=False) for name, length in lengths.items()]


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
