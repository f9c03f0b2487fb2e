"""Places: grid cells, gazetteer, parts, where a case is."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _cases()
    for name in ("valid_from", "valid_to"):
        op.add_column("places", sa.Column(name, sa.Date(), nullable=True))
    op.create_table(
        "place_shapes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=15), nullable=False),
        sa.Column("outline", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["place"], ["places.code"], name=op.f("fk_place_shapes_place_places")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_shapes")),
    )
    op.create_index(op.f("ix_place_shapes_place"), "place_shapes", ["place"])
    revisions = op.create_table(
        "place_revisions",
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_place_revisions")),
    )
    op.bulk_insert(revisions, [{"what": what, "revision": 1} for what in ("tree", "names")])
    _landmarks()
    _parts()


def _cases() -> None:
    for column in ("community", "cell"):
        # Alembic cannot add a foreign key to a table of SQLite; both databases can with the column.
        op.execute(
            f"ALTER TABLE cases ADD COLUMN {column} VARCHAR(15) "
            f"CONSTRAINT fk_cases_{column}_places REFERENCES places (code)"
        )
    op.create_index(op.f("ix_cases_cell"), "cases", ["cell"])
    for column in ("longitude", "latitude"):
        op.add_column("cases", sa.Column(column, sa.Double(), nullable=True))
    op.add_column("cases", sa.Column("part", sa.String(length=16), nullable=True))


def _landmarks() -> None:
    op.create_table(
        "landmarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landmarks")),
    )
    op.create_index(op.f("ix_landmarks_name"), "landmarks", ["name"])


def _parts() -> None:
    words = {"name": 64, "owner": 64, "keeper": 64, "state": 16}
    op.create_table(
        "parts",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("category", sa.String(length=4), nullable=False),
        *(sa.Column(name, sa.String(length=length), nullable=False) for name, length in words.items()),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("square", sa.BigInteger(), nullable=False),
        sa.Column("cell", sa.String(length=15), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["cell"], ["places.code"], name=op.f("fk_parts_cell_places")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_parts")),
    )
    op.create_index(op.f("ix_parts_cell"), "parts", ["cell"])
    op.create_index("ix_parts_square_category", "parts", ["square", "category"])
