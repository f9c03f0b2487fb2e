"""Master keys: files that only this instance can read, named by what they hold.

`<state>/secrets/vault/<key id>` holds 32 bytes as hexadecimal, mode 0600; `current` holds the id of the one
new recordings are sealed with. The id is a fingerprint of the key, so a file with the wrong content, put
back from somewhere else, is noticed before anything is opened or sealed with it.
"""

from __future__ import annotations

import hmac
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.settings import Settings
from recorder.vault.errors import WrongKeyError

KEY_BYTES = 32
_KEY_ID = re.compile(r"[0-9a-f]{16}")
_CURRENT = "current"
_RETIRED = "retired"
#: Holds the id of the new key while a rotation is under way.
_ROTATING = "rotating"


def is_key_id(name: str) -> bool:
    return bool(_KEY_ID.fullmatch(name))


@dataclass(frozen=True)
class MasterKey:
    """A master key and its id."""

    id: str
    secret: bytes = field(repr=False)

    @staticmethod
    def of(secret: bytes) -> MasterKey:
        return MasterKey(hmac.digest(secret, b"hotline master key id", "sha256").hex()[:16], secret)

    @staticmethod
    def make() -> MasterKey:
        return MasterKey.of(os.urandom(KEY_BYTES))


class Keyring:
    """The master keys of one instance. Nothing is kept in memory: a key put back is found at once."""

    def __init__(self, folder: Path, key_file: Path | None = None) -> None:
        self.folder, self._key_file = folder, key_file

    @staticmethod
    def of(settings: Settings) -> Keyring:
        return Keyring(settings.secrets_dir / "vault", settings.vault.key_file)

    def get(self, key_id: str) -> MasterKey:
        """
        Raises:
            WrongKeyError: missing, unreadable, or its file holds another key.
        """
        if self._key_file and (given := _read(self._key_file)).id == key_id:
            return given
        place = self.folder / key_id
        if not is_key_id(key_id) or not place.exists():
            where = (
                "it lies in `retired`" if (self.folder / _RETIRED / key_id).exists() else "put its file back"
            )
            raise WrongKeyError(f"master key {key_id[:32]!r} is missing: {where}")
        found = _read(place)
        if found.id != key_id:
            raise WrongKeyError(f"the file of master key {key_id} holds another key, {found.id}")
        return found

    def current(self) -> MasterKey:
        """The key new recordings are sealed with.

        Raises:
            WrongKeyError: there is none, or as `get`.
        """
        if self._key_file:
            return _read(self._key_file)
        if not self.exists():
            raise WrongKeyError("there is no master key yet")
        return self.get(self._current_id())

    def exists(self) -> bool:
        """Whether a key was ever made or given."""
        return self._key_file is not None or (self.folder / _CURRENT).exists()

    def ids(self) -> list[str]:
        """Ids of all keys in the folder, the current one included."""
        if not self.folder.is_dir():
            return []
        return sorted(place.name for place in self.folder.iterdir() if is_key_id(place.name))

    def make_first(self) -> MasterKey:
        """The current key, made if there never was one; the first of several processes wins."""
        if not self.exists():
            made = self._keep(MasterKey.make())
            draft = self._draft(_CURRENT, made.id)
            try:
                os.link(draft, self.folder / _CURRENT)
            except FileExistsError:
                (self.folder / made.id).unlink()
            finally:
                draft.unlink()
            _sync_folder(self.folder)
        return self.current()

    def add(self) -> MasterKey:
        """Make a further key; it is not yet the current one."""
        return self._keep(MasterKey.make())

    def make_current(self, key_id: str) -> None:
        """New recordings are sealed with `key_id` from now on."""
        self._draft(_CURRENT, self.get(key_id).id).replace(self.folder / _CURRENT)
        _sync_folder(self.folder)

    def begin_rotation(self) -> MasterKey:
        """The key everything is to be moved to, current from now on: a new one, or that of a rotation that
        was broken off. With a key from elsewhere it is that one, and nothing is made.
        """
        if self._key_file:
            return self.current()
        memory = self.folder / _ROTATING
        if not memory.exists():
            self._draft(_ROTATING, self.add().id).replace(memory)
            _sync_folder(self.folder)
        key_id = memory.read_text("ascii").strip()
        self.make_current(key_id)
        return self.get(key_id)

    def end_rotation(self) -> None:
        """The next rotation makes a key of its own."""
        (self.folder / _ROTATING).unlink(missing_ok=True)

    def retire(self, key_id: str) -> Path:
        """Put a key that nothing uses aside; it is destroyed by a person, once no back-up needs it."""
        aside = self.folder / _RETIRED
        aside.mkdir(mode=0o700, exist_ok=True)
        (self.folder / key_id).replace(aside / key_id)
        _sync_folder(self.folder)
        return aside / key_id

    def _keep(self, key: MasterKey) -> MasterKey:
        """Write a key down for good: no byte may be sealed with one that a power cut could take away."""
        self._draft(key.id, key.secret.hex()).replace(self.folder / key.id)
        _sync_folder(self.folder)
        _sync_folder(self.folder.parent)
        return key

    def _draft(self, name: str, text: str) -> Path:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{name}.{os.getpid()}-{os.urandom(4).hex()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        return draft

    def _current_id(self) -> str:
        try:
            return (self.folder / _CURRENT).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise WrongKeyError(f"the name of the current master key cannot be read: {error}") from error


def _read(place: Path) -> MasterKey:
    """A key file: 64 hexadecimal digits, or 32 bytes as they are."""
    try:
        content = place.read_bytes()
    except OSError as error:
        raise WrongKeyError(f"the master key {place.name} cannot be read: {error.strerror}") from error
    if len(content) != KEY_BYTES:
        with suppress(ValueError):
            content = bytes.fromhex(content.decode("ascii", "replace").strip())
    if len(content) != KEY_BYTES:
        raise WrongKeyError(
            f"the file of master key {place.name} is no key: 64 hexadecimal digits are needed"
        )
    return MasterKey.of(content)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
