"""Places: grid cells, gazetteer, parts, where a case is."""

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
