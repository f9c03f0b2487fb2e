"""Trunk states and outages."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trunk_states",
        sa.Column("trunk", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("peak_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("trunk", name=op.f("pk_trunk_states")),
    )
    op.create_table(
        "trunk_outages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trunk", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trunk_outages")),
    )
    op.create_index(op.f("ix_trunk_outages_trunk"), "trunk_outages", ["trunk"], unique=False)
