"""Base of every settings section."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A settings section: unknown names are an error, so a typing mistake is never silent."""

    model_config = ConfigDict(extra="forbid", frozen=True)
