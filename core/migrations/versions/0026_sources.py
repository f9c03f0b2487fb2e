"""Sources of cases beside the telephone."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sources()
    _keys()
    _reports()


def _sources() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "sources",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        *(sa.Column(name, sa.String(length=16), nullable=False) for name in ("channel", "kind", "urgency")),
        *(
            sa.Column(f"category_{name}", sa.String(length=8), nullable=True)
            for name in ("edition", "kind", "code")
        ),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("registers", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("per_minute", "similar_minutes", "similar_m", "similar_percent")
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("allowance", sa.Double(), nullable=False),
        sa.Column("allowance_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["category_edition", "category_kind", "category_code"],
            ["categories.edition", "categories.kind", "categories.code"],
            name="fk_sources_category",
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sources")),
    )


def _keys() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "source_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("hint", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.Column("used_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["source"], ["sources.code"], name=op.f("fk_source_keys_source_sources")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_source_keys_created_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_source_keys_digest")),
    )
    op.create_index(op.f("ix_source_keys_source"), "source_keys", ["source"])


def _reports() -> None:
    op.create_table(
        "source_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("reporter", sa.String(length=128), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["sources.code"], name=op.f("fk_source_reports_source_sources")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_source_reports_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_reports")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_source_reports_source")),
        sa.UniqueConstraint("token", name=op.f("uq_source_reports_token")),
    )
    op.create_index(op.f("ix_source_reports_case_id"), "source_reports", ["case_id"])
    op.create_index("ix_source_reports_source_received", "source_reports", ["source", "received_at"])
    op.create_index("ix_source_reports_via_case", "source_reports", ["via", "case_id"])
