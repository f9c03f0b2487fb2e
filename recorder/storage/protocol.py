"""What any place that keeps archive copies must do for us. Blocking: called in threads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from core.errors import HotlineError


class StoreUnavailableError(HotlineError):
    """The store does not answer, or has no room: the machine's fault, tried again for as long as it takes."""

    code, status = "store_unavailable", 503


class WriteMismatchError(HotlineError):
    """What was given to the store, or what it then held, is not what the sum says."""

    code = "write_mismatch"


class Store(Protocol):
    """Objects by key. A key is `YYYY/MM/DD/<call id>.<suffix>` (`recorder.storage.keys`); every object is
    complete from the first moment it is seen.

    All raise `StoreUnavailableError` when the store is away; `NotFoundError` where there is no such object
    or the key is none of ours.
    """

    @property
    def name(self) -> str:
        """For rows and logs: `local`, `s3`."""
        ...

    def probe(self) -> None:
        """Come back when the store answers and could be written to. Cheap: ask it before work that would be
        in vain with the store away."""
        ...

    def put(self, key: str, source: Path, sha256: str) -> None:
        """Keep the file `source` as `key`, replacing what was there. Returns when it is kept for good and
        what the store holds was compared with `sha256` (hexadecimal).

        Raises:
            WriteMismatchError: `source` or what was written has another sum.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """Read from any position: `seek`, `read`, `close`. Only what is read is fetched."""
        ...

    def size(self, key: str) -> int:
        """Bytes of the object."""
        ...

    def delete(self, key: str) -> None:
        """Remove for good; what is not there is no error."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with `prefix`, in order."""
        ...

    def strange(self) -> Iterator[str]:
        """Names that are no keys of ours, half-written files among them: nobody put them there on purpose."""
        ...
