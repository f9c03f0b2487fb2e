"""Any S3-compatible object store, spoken to with path-style addresses.

Nothing here waits for ever: connecting, each answer and each transfer as a whole have a limit, and a store
that just failed is not asked again for some seconds, so that a dead one holds no worker up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256 as sha256_of
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from core.errors import NotFoundError
from recorder.storage.keys import call_id_of, is_key
from recorder.storage.protocol import StoreUnavailableError, WriteMismatchError
from recorder.storage.s3_reader import S3Reader

#: Files from this size on are sent in parts of it, in bytes; S3 wants at least 5 MiB a part.
PART = 8 << 20
#: After a failure to connect the store counts as away for this long, in seconds, without being asked.
PAUSE_S = 5.0
#: A transfer may take this long, plus a second for so many bytes.
_TRANSFER_S, _BYTES_PER_S = 60.0, 50_000
_ABSENT = ("404", "NoSuchKey", "NotFound")


@dataclass(frozen=True)
class S3Account:
    """Where the store is and who we are there."""

    endpoint: str
    bucket: str
    region: str
    access_key: str
    secret_key: str
    timeout_s: float
    #: PEM file of those who certify the store's name; None: the machine's own list.
    authorities: Path | None = None


class S3Store:
    """The objects of one bucket. May be used from several threads."""

    name = "s3"

    def __init__(self, account: S3Account) -> None:
        self._bucket = account.bucket
        self._away_until = 0.0
        options = Config(
            connect_timeout=min(account.timeout_s, 5.0),
            read_timeout=account.timeout_s,
            retries={"total_max_attempts": 2, "mode": "standard"},
            s3={"addressing_style": "path"},
            signature_version="s3v4",
            # Newer checksums are unknown to many compatible servers; we compare SHA-256 ourselves.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # A session of its own: nothing of the machine's AWS files or environment is mixed in.
        session = boto3.session.Session(account.access_key, account.secret_key, region_name=account.region)
        verify = str(account.authorities) if account.authorities else True
        self._client: Any = session.client("s3", endpoint_url=account.endpoint, config=options, verify=verify)

    def probe(self) -> None:
        with self._asking():
            self._client.list_objects_v2(Bucket=self._bucket, MaxKeys=1)

    def put(self, key: str, source: Path, sha256: str) -> None:
        call_id_of(key)
        size = source.stat().st_size
        deadline = _deadline(size)
        with source.open("rb") as given:
            if _sum(given, deadline) != sha256:
                raise WriteMismatchError
            given.seek(0)
            with self._asking():
                if size < PART:
                    self._client.put_object(Bucket=self._bucket, Key=key, Body=given, ContentLength=size)
                else:
                    self._put_in_parts(key, given, deadline)
        with self.open(key) as written:
            if _sum(written, deadline) != sha256:
                raise WriteMismatchError

    def open(self, key: str) -> BinaryIO:
        size = self.size(key)
        return cast("BinaryIO", S3Reader(lambda start, end: self._part(key, start, end), size).buffered())

    def size(self, key: str) -> int:
        call_id_of(key)
        with self._asking(key):
            return int(self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"])

    def delete(self, key: str) -> None:
        """Every version of it, where the bucket keeps versions."""
        call_id_of(key)
        with self._asking():
            gone = self._client.delete_object(Bucket=self._bucket, Key=key)
            if gone.get("VersionId") or gone.get("DeleteMarker"):
                for version in self._versions(key):
                    self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=version)
        with suppress(NotFoundError):
            self.size(key)
            raise StoreUnavailableError("the object store did not delete an object")

    def keys(self, prefix: str = "") -> Iterator[str]:
        return filter(is_key, self._names(prefix))

    def strange(self) -> Iterator[str]:
        return (name for name in self._names("") if not is_key(name))

    def _names(self, prefix: str) -> Iterator[str]:
        pages = iter(
            self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        )
        while True:
            with self._asking():
                page = next(pages, None)
            if page is None:
                return
            yield from (entry["Key"] for entry in page.get("Contents", []))

    def _part(self, key: str, start: int, end: int) -> tuple[str, Any]:
        """The mark of the object's present content, and its bytes from `start` up to before `end`."""
        with self._asking(key):
            got = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={start}-{end - 1}")
        return got["ETag"], got["Body"]

    def _put_in_parts(self, key: str, given: BinaryIO, deadline: float) -> None:
        where = {"Bucket": self._bucket, "Key": key}
        self._forget_unfinished(key)
        upload = self._client.create_multipart_upload(**where)["UploadId"]
        parts: list[dict[str, Any]] = []
        try:
            while piece := given.read(PART):
                _check(deadline)
                number = len(parts) + 1
                sent = self._client.upload_part(**where, UploadId=upload, PartNumber=number, Body=piece)
                parts.append({"PartNumber": number, "ETag": sent["ETag"]})
            self._client.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
        except (BotoCoreError, ClientError, OSError, StoreUnavailableError):
            with suppress(BotoCoreError, ClientError, OSError):
                self._client.abort_multipart_upload(**where, UploadId=upload)
            raise

    def _forget_unfinished(self, key: str) -> None:
        """Parts that a killed worker left cost room and are seen by nobody. Not every server lists them."""
        with suppress(ClientError):
            left = self._client.list_multipart_uploads(Bucket=self._bucket, Prefix=key).get("Uploads", [])
            for one in left:
                if one["Key"] == key:
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=key, UploadId=one["UploadId"]
                    )

    def _versions(self, key: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
        for page in pages:
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                if one["Key"] == key:
                    yield one["VersionId"]

    @contextmanager
    def _asking(self, key: str = "") -> Iterator[None]:
        """The store's troubles in our words; with `key`, nothing there is the object's absence."""
        if monotonic() < self._away_until:
            raise StoreUnavailableError("the object store did not answer a moment ago")
        try:
            yield
        except ClientError as error:
            said = error.response.get("Error", {})
            if key and said.get("Code") in _ABSENT:
                raise NotFoundError(f"the archive has no object {key}") from error
            words = f"{said.get('Code', '')} {said.get('Message', '')}".strip()
            raise StoreUnavailableError(f"the object store refuses: {words}") from error
        except (BotoCoreError, OSError) as error:
            self._away_until = monotonic() + PAUSE_S
            raise StoreUnavailableError(f"the object store does not answer: {error}") from error


def _deadline(size: int) -> float:
    return monotonic() + _TRANSFER_S + size / _BYTES_PER_S


def _check(deadline: float) -> None:
    if monotonic() > deadline:
        raise StoreUnavailableError("the object store is too slow")


def _sum(source: BinaryIO, deadline: float) -> str:
    total = sha256_of()
    while piece := source.read(1 << 20):
        _check(deadline)
        total.update(piece)
    return total.hexdigest()
