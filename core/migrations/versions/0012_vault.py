"""Recorder: vault."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("store", sa.String(length=16), nullable=False, server_default="local"),
        sa.Column("codec", sa.String(length=8), nullable=False, server_default="opus"),
        sa.Column("audio_sha256", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("audio_bytes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("sealed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("key_id", sa.String(length=16), nullable=False, server_default=""),
        sa.Column("wrapped_key", sa.String(length=120), nullable=False, server_default=""),
    ):
        op.add_column("recordings", column)
    op.create_index(op.f("ix_recordings_key_id"), "recordings", ["key_id"], unique=False)
    # What was archived before is not sealed: the object is the audio.
    op.execute("UPDATE recordings SET audio_sha256 = archive_sha256, audio_bytes = archive_bytes")
