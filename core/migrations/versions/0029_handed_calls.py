"""Calls: the seats they were handed to."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("calls", "recording_search"):
        op.add_column(table, sa.Column("handed_to", sa.JSON(), nullable=False, server_default="[]"))
