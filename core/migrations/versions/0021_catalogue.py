"""Catalogue: severity rows, validity, local classes."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KEY = ("edition", "kind", "code")
_EDITIONS = {
    "2007": "CJ/T 214-2007",
    "2013": "GB/T 30428.2-2013",
    "2026": "GB/T 47678.5-2026",
}


def upgrade() -> None:
    editions = op.create_table(
        "catalogue_editions",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_catalogue_editions")),
    )
    op.bulk_insert(editions, [{"code": code, "name": name} for code, name in _EDITIONS.items()])
    # Alembic cannot add a foreign key to a table of SQLite; both databases can with the column.
    op.execute(
        "ALTER TABLE categories ADD COLUMN unit VARCHAR(32) "
        "CONSTRAINT fk_categories_unit_units REFERENCES units (code)"
    )
    op.add_column(
        "categories", sa.Column("is_local", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for name in ("valid_from", "valid_to"):
        op.add_column("categories", sa.Column(name, sa.Date(), nullable=True))
    for name, length in (("initials", 64), ("pinyin", 400)):
        op.add_column(
            "categories", sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        )
    _severity_rows()
    _class_names()
    for name in ("severity_rank", "severity_id"):
        op.add_column("cases", sa.Column(name, sa.Integer(), nullable=True))


def _severity_rows() -> None:
    op.create_table(
        "severity_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(length=8), nullable=False) for name in _KEY),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=200), nullable=False),
        sa.Column("limit_value", sa.Integer(), nullable=False),
        sa.Column("limit_unit", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_severity_rows_unit_units")),
        sa.ForeignKeyConstraint(
            _KEY, [f"categories.{column}" for column in _KEY], name="fk_severity_rows_category"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_severity_rows")),
    )
    op.create_index("ix_severity_rows_class", "severity_rows", list(_KEY))


def _class_names() -> None:
    op.create_table(
        "class_names",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(length=8), nullable=False) for name in _KEY),
        sa.Column("major", sa.String(length=64), nullable=False),
        sa.Column("minor", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            _KEY, [f"categories.{column}" for column in _KEY], name="fk_class_names_category"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_names")),
    )
    op.create_index("ix_class_names_class", "class_names", list(_KEY))
