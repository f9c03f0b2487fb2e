"""Versions of transcripts, and the order recordings are transcribed in."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

#: Until now one engine and model wrote one transcript a side: they become versions, the newest the current.
_OF_THE_SAME_SIDE = "other.recording_id = transcripts.recording_id AND other.side = transcripts.side"


def upgrade() -> None:
    op.add_column("transcripts", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column(
        "transcripts", sa.Column("is_current", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("transcripts", sa.Column("normal_text", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE transcripts SET version = (SELECT count(*) FROM transcripts AS other "  # noqa: S608
        f"WHERE {_OF_THE_SAME_SIDE} AND other.id <= transcripts.id), "
        "is_current = NOT EXISTS (SELECT 1 FROM transcripts AS other "
        f"WHERE {_OF_THE_SAME_SIDE} AND other.id > transcripts.id)"
    )
    name = op.f("uq_transcripts_recording_id")
    with op.batch_alter_table("transcripts") as table:
        table.drop_constraint(name, type_="unique")
        table.create_unique_constraint(name, ["recording_id", "side", "version"])
    _jobs()


def _jobs() -> None:
    op.create_table(
        "transcription_jobs",
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("rank_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("urgency", sa.String(length=16), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_transcription_jobs_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_transcription_jobs")),
    )
    op.create_index(op.f("ix_transcription_jobs_rank_at"), "transcription_jobs", ["rank_at"], unique=False)
