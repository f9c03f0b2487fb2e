"""Seat states, pause reasons, lock-outs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: What seats begin with; leaders change and add.
REASONS = (
    ("rest", "小休", "Short break", 15),
    ("meal", "用餐", "Meal", 60),
    ("training", "培训", "Training", 0),
    ("meeting", "会议", "Meeting", 0),
    ("errand", "公务处理", "Other work", 30),
)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("seated_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "seat_desks",
        sa.Column("extension", sa.String(length=8), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("device", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["extension"], ["seats.extension"], name=op.f("fk_seat_desks_extension_seats")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_seat_desks_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("extension", name=op.f("pk_seat_desks")),
    )
    op.create_table(
        "seat_states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("extension", sa.String(length=8), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_seat_states_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_states")),
    )
    op.create_index(op.f("ix_seat_states_extension"), "seat_states", ["extension"], unique=False)
    op.create_index(op.f("ix_seat_states_started_at"), "seat_states", ["started_at"], unique=False)
    reasons = op.create_table(
        "pause_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=32), nullable=False),
        sa.Column("label_en", sa.String(length=64), nullable=False),
        sa.Column("limit_minutes", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause_reasons")),
        sa.UniqueConstraint("code", name=op.f("uq_pause_reasons_code")),
    )
    fields = ("code", "label", "label_en", "limit_minutes")
    op.bulk_insert(reasons, [dict(zip(fields, row, strict=True), active=True) for row in REASONS])
    op.create_table(
        "sip_lockouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sip_lockouts")),
    )
    op.create_index(op.f("ix_sip_lockouts_address"), "sip_lockouts", ["address"], unique=False)
