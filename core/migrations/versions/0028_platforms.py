"""Webhooks and exchange with other platforms."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _webhooks()
    _webhook_deliveries()
    _webhook_attempts()
    _platforms()
    _platform_codes()
    _platform_unmapped()
    _platform_cases()
    _platform_messages()
    _platform_nonces()
    _platform_lists()


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=512), nullable=False),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("sealed_secret", sa.String(length=256), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=256), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_webhooks_made_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_state"), "webhooks", ["state"])


def _webhook_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("move", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refused_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook_id_webhooks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("webhook_id", "event_id", name=op.f("uq_webhook_deliveries_webhook_id")),
    )
    op.create_index(
        op.f("ix_webhook_deliveries_lane"), "webhook_deliveries", ["webhook_id", "state", "sequence"]
    )
    op.create_index(op.f("ix_webhook_deliveries_made_at"), "webhook_deliveries", ["made_at"])


def _webhook_attempts() -> None:
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=256), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["webhook_deliveries.id"],
            name=op.f("fk_webhook_attempts_delivery_id_webhook_deliveries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempts")),
    )
    op.create_index(op.f("ix_webhook_attempts_delivery_id"), "webhook_attempts", ["delivery_id"])


def _platforms() -> None:
    op.create_table(
        "platforms",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("url", sa.String(length=512), nullable=False),
        sa.Column("sealed_secret", sa.String(length=256), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_platforms_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_platforms")),
    )


def _platform_codes() -> None:
    op.create_table(
        "platform_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("ours", sa.String(length=64), nullable=False),
        sa.Column("theirs", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform"], ["platforms.code"], name=op.f("fk_platform_codes_platform_platforms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_codes")),
        sa.UniqueConstraint(
            "platform", "kind", "way", "theirs", "ours", name=op.f("uq_platform_codes_platform")
        ),
    )
    op.create_index(op.f("ix_platform_codes_platform"), "platform_codes", ["platform"])


def _platform_unmapped() -> None:
    op.create_table(
        "platform_unmapped",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform"], ["platforms.code"], name=op.f("fk_platform_unmapped_platform_platforms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_unmapped")),
        sa.UniqueConstraint("platform", "kind", "way", "code", name=op.f("uq_platform_unmapped_platform")),
    )
    op.create_index(op.f("ix_platform_unmapped_platform"), "platform_unmapped", ["platform"])


def _platform_cases() -> None:
    op.create_table(
        "platform_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_platform_cases_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["platform"], ["platforms.code"], name=op.f("fk_platform_cases_platform_platforms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_cases")),
        sa.UniqueConstraint("platform", "role", "reference", name=op.f("uq_platform_cases_platform")),
    )
    op.create_index(op.f("ix_platform_cases_case_id"), "platform_cases", ["case_id"])


def _platform_messages() -> None:
    op.create_table(
        "platform_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(length=12), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(length=512), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform"], ["platforms.code"], name=op.f("fk_platform_messages_platform_platforms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_messages")),
        sa.UniqueConstraint("platform", "way", "message_id", name=op.f("uq_platform_messages_platform")),
    )
    op.create_index(op.f("ix_platform_messages_day"), "platform_messages", ["platform", "day"])
    op.create_index(
        op.f("ix_platform_messages_lane"), "platform_messages", ["platform", "way", "state", "id"]
    )


def _platform_nonces() -> None:
    op.create_table(
        "platform_nonces",
        sa.Column("platform", sa.String(length=12), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform"], ["platforms.code"], name=op.f("fk_platform_nonces_platform_platforms")
        ),
        sa.PrimaryKeyConstraint("platform", "nonce", name=op.f("pk_platform_nonces")),
    )
    op.create_index(op.f("ix_platform_nonces_at"), "platform_nonces", ["at"])


def _platform_lists() -> None:
    op.create_table(
        "platform_lists",
        sa.Column("platform", sa.String(length=12), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform"], ["platforms.code"], name=op.f("fk_platform_lists_platform_platforms")
        ),
        sa.PrimaryKeyConstraint("platform", "day", name=op.f("pk_platform_lists")),
    )
