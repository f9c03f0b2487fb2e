"""Surveys, result visits, and what the ledger knows of a call beyond the first version."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
