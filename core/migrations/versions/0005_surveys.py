"""Surveys, result visits, and what the ledger knows of a call beyond the first version."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in _new_columns_of_calls():
        op.add_column("calls", column)
    op.create_index(op.f("ix_calls_survey_asked"), "calls", ["survey_asked", "started_at"])
    _visits()


def _new_columns_of_calls() -> list[sa.Column[object]]:
    """Rows of the first version were inbound, in Chinese, and never surveyed."""
    return [
        sa.Column("direction", sa.String(length=8), nullable=False, server_default="inbound"),
        sa.Column("purpose", sa.String(length=32), nullable=False, server_default=""),
        sa.Column("language", sa.String(length=16), nullable=False, server_default="zh_CN"),
        sa.Column("marks", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("announcements", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("forwarded_to", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("survey_asked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("survey", sa.Integer(), nullable=True),
        sa.Column("visit", sa.String(length=64), nullable=False, server_default=""),
    ]


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.String(length=19), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("case_id", "closed_at", name=op.f("uq_visits_case_id")),
    )
    op.create_index("ix_visits_state_next", "visits", ["state", "next_at"])
