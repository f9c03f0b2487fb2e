"""Links of cases: hints, splits, parent cases."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("is_group", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Alembic cannot add a foreign key to a table of SQLite; both databases can with the column.
    op.execute(
        "ALTER TABLE cases ADD COLUMN split_from INTEGER CONSTRAINT fk_cases_split_from_cases "
        "REFERENCES cases (id)"
    )
    op.create_index(op.f("ix_cases_split_from"), "cases", ["split_from"])
    op.create_index(op.f("ix_cases_is_group"), "cases", ["is_group"])
    op.create_index("ix_cases_category_created", "cases", ["category_code", "created_at"])
