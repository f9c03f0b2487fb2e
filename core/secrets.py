"""Secrets that only this instance knows, made up once and kept in the state folder."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress

from core.settings import Settings

#: Password of the manager interface: the switch's configuration and `ivr.switch.ami` share it.
AMI = "ami"


def instance_secret(settings: Settings, name: str) -> str:
    """The secret called `name` (32 letters, digits, `_` or `-`), made on first use.

    It lies in `<state>/secrets/<name>`, readable by its owner only. Safe when several processes ask at once.

    Raises:
        OSError: the folder cannot be read or written.
    """
    settings.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.secrets_dir / name
    if not path.exists():
        draft = path.with_name(f".{name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(24), encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, path)  # the first to link wins; nobody ever reads half a secret
        draft.unlink()
    return path.read_text(encoding="ascii")
