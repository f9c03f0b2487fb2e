"""Secrets of other parties, kept so that a copy of the database alone opens none of them.

A signing key has to be known in the clear to sign with; it lies in its row sealed with AES-256-GCM under a
key of this instance, which lies in the secrets folder.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import HotlineError
from core.secrets import instance_secret
from core.settings import Settings

_NAME = "keybox"
_NONCE_BYTES = 12


class KeyboxError(HotlineError):
    """密钥无法打开：实例密钥缺失或不符，请重新生成该密钥。"""

    code, status = "keybox", 500


class KeyBox:
    """Seals and opens short secrets. `purpose` is part of the seal: a row cannot take another's place."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"hotline keybox\0" + key).digest())

    @staticmethod
    def of(settings: Settings) -> KeyBox:
        """The box of this instance; its key is made on first use.

        Raises:
            OSError: the secrets folder cannot be read or written.
        """
        return KeyBox(instance_secret(settings, _NAME).encode("ascii"))

    def seal(self, secret: str, purpose: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, secret.encode(), purpose.encode())
        return base64.b64encode(nonce + sealed).decode("ascii")

    def open(self, sealed: str, purpose: str) -> str:
        """
        Raises:
            KeyboxError: sealed by another instance, for another purpose, or changed since.
        """
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise KeyboxError from error


def new_secret() -> str:
    """A signing key for somebody: 43 letters, digits, `_` or `-` (256 bits)."""
    return secrets.token_urlsafe(32)
