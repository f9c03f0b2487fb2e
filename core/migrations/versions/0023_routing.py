"""Routing: rules, their versions, what comes back."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _versions_and_rules()
    _decisions()


def _versions_and_rules() -> None:
    op.create_table(
        "routing_versions",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_routing_versions_made_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["accounts.id"], name=op.f("fk_routing_versions_published_by_accounts")
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_routing_versions")),
    )
    op.create_index(op.f("ix_routing_versions_state"), "routing_versions", ["state"], unique=False)
    op.create_table(
        "routing_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("category_edition", sa.String(length=8), nullable=False),
        sa.Column("category_kind", sa.String(length=8), nullable=False),
        sa.Column("category_code", sa.String(length=8), nullable=False),
        sa.Column("place", sa.String(length=15), nullable=False),
        sa.Column("hours", sa.String(length=64), nullable=False),
        sa.Column("season_from", sa.String(length=5), nullable=False),
        sa.Column("season_to", sa.String(length=5), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("ground", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_routing_rules_unit_units")),
        sa.ForeignKeyConstraint(
            ["version"], ["routing_versions.version"], name=op.f("fk_routing_rules_version_routing_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rules")),
    )
    op.create_index(
        "ix_routing_rules_match", "routing_rules", ["version", "category_code", "place"], unique=False
    )


def _decisions() -> None:
    op.create_table(
        "routing_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("move", sa.String(length=32), nullable=False),
        sa.Column("category_edition", sa.String(length=8), nullable=True),
        sa.Column("category_kind", sa.String(length=8), nullable=True),
        sa.Column("category_code", sa.String(length=8), nullable=True),
        sa.Column("district", sa.String(length=15), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("proposed", sa.String(length=32), nullable=True),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_by", sa.Integer(), nullable=True),
        sa.Column("outcome_note", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["accounts.id"], name=op.f("fk_routing_decisions_actor_id_accounts")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_routing_decisions_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["outcome_by"], ["accounts.id"], name=op.f("fk_routing_decisions_outcome_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["proposed"], ["units.code"], name=op.f("fk_routing_decisions_proposed_units")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["accounts.id"], name=op.f("fk_routing_decisions_reviewed_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["routing_rules.id"], name=op.f("fk_routing_decisions_rule_id_routing_rules")
        ),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_routing_decisions_unit_units")),
        sa.ForeignKeyConstraint(
            ["version"],
            ["routing_versions.version"],
            name=op.f("fk_routing_decisions_version_routing_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_decisions")),
    )
    op.create_index(op.f("ix_routing_decisions_case_id"), "routing_decisions", ["case_id"], unique=False)
    op.create_index("ix_routing_decisions_outcome", "routing_decisions", ["outcome", "id"], unique=False)
    op.create_index(
        "ix_routing_decisions_tally",
        "routing_decisions",
        ["category_kind", "category_code", "district", "at"],
        unique=False,
    )
