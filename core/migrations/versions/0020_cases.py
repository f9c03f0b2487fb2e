"""Cases: units, all stages, clocks."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_MOMENTS = (
    *("dispatched_at", "accepted_at", "handled_at", "checked_at", "stage_since", "stage_due_at"),
    *("clock_started_at", "clock_halted_at", "due_at", "yellow_at", "escalate_at"),
    *("pending_until", "resume_at"),
)
_COUNTS = ("extra_value", "escalated", "pending_level", "delays", "suspensions")
_MORE_COUNTS = ("returns", "reworks", "urges", "supervisions")
_NUMBERS = ("limit_value", "unknown_year", "pending_value", "rating")
_WORDS = {"stage_before": 16, "limit_unit": 16, "clock": 8, "pending": 16, "verification": 16}
_MARKS = ("forced", "appealed", "exempt")
_REFERENCES = (
    ("accounts", "unit", "VARCHAR(32)", "units", "code"),
    ("cases", "unit", "VARCHAR(32)", "units", "code"),
    ("cases", "established_by", "INTEGER", "accounts", "id"),
    ("cases", "merged_into", "INTEGER", "cases", "id"),
    ("cases", "pending_by", "INTEGER", "accounts", "id"),
)


def upgrade() -> None:
    op.create_table(
        "units",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=15), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_units")),
    )
    op.create_index(op.f("ix_units_district"), "units", ["district"])
    for table, column, sort, other, key in _REFERENCES:
        # Alembic cannot add a foreign key to a table of SQLite; both databases can with the column.
        name = f"fk_{table}_{column}_{other}"
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {sort} CONSTRAINT {name} REFERENCES {other} ({key})"
        )
    for one in _columns():
        op.add_column("cases", one)
    for name in ("unit", "due_at", "escalate_at", "resume_at"):
        op.create_index(op.f(f"ix_cases_{name}"), "cases", [name])
    op.add_column("case_history", sa.Column("inputs", sa.JSON(), nullable=False, server_default="{}"))
    _helpers_and_pauses()


def _columns() -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in _MOMENTS),
        *(
            sa.Column(name, sa.Integer(), nullable=False, server_default="0")
            for name in (*_COUNTS, *_MORE_COUNTS)
        ),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _NUMBERS),
        *(
            sa.Column(name, sa.String(length=n), nullable=False, server_default="")
            for name, n in _WORDS.items()
        ),
        *(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()) for name in _MARKS),
    ]


def _helpers_and_pauses() -> None:
    op.create_table(
        "case_helpers",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_helpers_case_id_cases")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_case_helpers_unit_units")),
        sa.PrimaryKeyConstraint("case_id", "unit", name=op.f("pk_case_helpers")),
    )
    op.create_index(op.f("ix_case_helpers_unit"), "case_helpers", ["unit"])
    op.create_table(
        "case_pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_pauses_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_pauses")),
    )
    op.create_index(op.f("ix_case_pauses_case_id"), "case_pauses", ["case_id"])
