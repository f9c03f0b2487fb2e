"""Recorder: quality."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_runs",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_quality_runs")),
    )
    op.create_table(
        "quality_samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("seat", sa.String(length=8), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("is_random", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("skip_note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["accounts.id"], name=op.f("fk_quality_samples_agent_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["accounts.id"], name=op.f("fk_quality_samples_claimed_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_samples")),
        sa.UniqueConstraint("recording_id", name=op.f("uq_quality_samples_recording_id")),
    )
    op.create_index(op.f("ix_quality_samples_call_id"), "quality_samples", ["call_id"], unique=False)
    op.create_index("ix_quality_samples_queue", "quality_samples", ["state", "priority", "id"], unique=False)
    op.create_index("ix_quality_samples_week", "quality_samples", ["week", "seat"], unique=False)
    op.create_table(
        "quality_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_quality_sheets_created_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["accounts.id"], name=op.f("fk_quality_sheets_published_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_sheets")),
        sa.UniqueConstraint("family", "version", name=op.f("uq_quality_sheets_family")),
    )
    op.create_index(op.f("ix_quality_sheets_family"), "quality_sheets", ["family"], unique=False)
    op.create_table(
        "quality_calibrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("inspectors", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_quality_calibrations_created_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["quality_sheets.id"], name=op.f("fk_quality_calibrations_sheet_id_quality_sheets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_calibrations")),
    )
    op.create_index(
        op.f("ix_quality_calibrations_recording_id"), "quality_calibrations", ["recording_id"], unique=False
    )
    op.create_table(
        "quality_scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=True),
        sa.Column("calibration_id", sa.Integer(), nullable=True),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("seat", sa.String(length=8), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("inspector_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("total_tenths", sa.Integer(), nullable=False),
        sa.Column("is_fatal", sa.Boolean(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("machine", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["accounts.id"], name=op.f("fk_quality_scores_agent_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["quality_calibrations.id"],
            name=op.f("fk_quality_scores_calibration_id_quality_calibrations"),
        ),
        sa.ForeignKeyConstraint(
            ["inspector_id"], ["accounts.id"], name=op.f("fk_quality_scores_inspector_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["quality_samples.id"], name=op.f("fk_quality_scores_sample_id_quality_samples")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["quality_sheets.id"], name=op.f("fk_quality_scores_sheet_id_quality_sheets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_scores")),
        sa.UniqueConstraint("calibration_id", "inspector_id", name=op.f("uq_quality_scores_calibration_id")),
        sa.UniqueConstraint("sample_id", name=op.f("uq_quality_scores_sample_id")),
    )
    op.create_index(op.f("ix_quality_scores_agent_id"), "quality_scores", ["agent_id"], unique=False)
    op.create_index(op.f("ix_quality_scores_call_id"), "quality_scores", ["call_id"], unique=False)
    op.create_index("ix_quality_scores_day", "quality_scores", ["day", "seat"], unique=False)
    op.create_index(op.f("ix_quality_scores_recording_id"), "quality_scores", ["recording_id"], unique=False)
    op.create_index(op.f("ix_quality_scores_submitted_at"), "quality_scores", ["submitted_at"], unique=False)
    op.create_table(
        "quality_appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("score_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["accounts.id"], name=op.f("fk_quality_appeals_by_accounts")),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["accounts.id"], name=op.f("fk_quality_appeals_reviewed_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["score_id"], ["quality_scores.id"], name=op.f("fk_quality_appeals_score_id_quality_scores")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_appeals")),
        sa.UniqueConstraint("score_id", name=op.f("uq_quality_appeals_score_id")),
    )
    op.create_table(
        "quality_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("score_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("total_tenths", sa.Integer(), nullable=False),
        sa.Column("is_fatal", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["accounts.id"], name=op.f("fk_quality_history_actor_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["score_id"], ["quality_scores.id"], name=op.f("fk_quality_history_score_id_quality_scores")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_history")),
    )
    op.create_index(op.f("ix_quality_history_score_id"), "quality_history", ["score_id"], unique=False)
