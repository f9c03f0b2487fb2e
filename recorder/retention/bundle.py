"""The ZIP with everything about one person: written in constant memory, sealed while it waits."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, cast

from core.errors import NotFoundError
from core.settings import Settings
from recorder import playback
from recorder.codecs import CODECS
from recorder.streams import Sum
from recorder.tables import Recording, RecordingState
from recorder.vault.container import seal
from recorder.vault.errors import TamperedError
from recorder.vault.keys import Keyring
from recorder.vault.reader import reader

_HELD = (RecordingState.ARCHIVED, RecordingState.VERIFIED, RecordingState.TRANSCRIBED)
_README = """个人信息查询结果 / Personal data held by this hotline

index.csv     通话清单 / list of calls
calls.json    通话详情 / calls in detail
recordings/   录音（左声道来电人，右声道热线）/ recordings (left: caller, right: hotline)
transcripts/  转写文本 / transcripts
cases/        案卷 / cases
"""


@dataclass(frozen=True)
class SpokenCall:
    """A call for the bundle: its facts for JSON, and its recording and transcripts where there are any."""

    facts: Mapping[str, Any]
    recording: Recording | None
    #: (side, text)
    transcripts: Sequence[tuple[str, str]]
    #: Recorded beside the call before it (旁录), no call of its own.
    is_beside: bool = False


@dataclass(frozen=True)
class Person:
    """Everything that is known under one number."""

    calls: Sequence[SpokenCall]
    #: (file name without ending, text)
    cases: Sequence[tuple[str, str]]

    @property
    def call_count(self) -> int:
        return sum(1 for call in self.calls if not call.is_beside)

    @property
    def recordings(self) -> int:
        return sum(1 for call in self.calls if _is_there(call))


@dataclass(frozen=True)
class Written:
    """Of the ZIP itself, before it was sealed."""

    sha256: str
    size: int


def place(settings: Settings, request_id: int) -> Path:
    """Where the sealed ZIP of a request lies."""
    return settings.paths.state / "personal_data" / f"{int(request_id)}.zip.enc"


def write(settings: Settings, request_id: int, person: Person) -> Written:
    """Write and seal the ZIP; it appears under its name whole. Blocking.

    Raises:
        StoreUnavailableError, WrongKeyError: a recording cannot be read now.
        OSError: no room.
    """
    target = place(settings, request_id)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Plain only in a file without a name: whatever ends the process, none of it is left.
    with TemporaryFile(dir=target.parent) as plain:
        with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as archive:
            _fill(settings, archive, person)
        written = _measure(plain)
        part = target.with_suffix(".part")
        plain.seek(0)
        with part.open("wb") as output:
            part.chmod(0o600)
            seal(cast(BinaryIO, plain), output, _label(request_id), _keys(settings).make_first())
            output.flush()
            os.fsync(output.fileno())
        part.replace(target)
    return written


def open_plain(settings: Settings, request_id: int) -> BinaryIO:
    """The ZIP, plain and seekable; close it.

    Raises:
        NotFoundError: it is gone.
        WrongKeyError, TamperedError: it cannot be opened.
    """
    try:
        source = place(settings, request_id).open("rb")
    except FileNotFoundError as error:
        raise NotFoundError("文件已不存在。") from error
    return reader(source, _label(request_id), _keys(settings))


def remove(settings: Settings, request_id: int) -> None:
    """Remove the ZIP; none there is no error."""
    place(settings, request_id).unlink(missing_ok=True)


def _keys(settings: Settings) -> Keyring:
    """A key of its own: rotating the archive's must not close what waits to be fetched."""
    return Keyring(settings.secrets_dir / "personal_data")


def _label(request_id: int) -> str:
    return f"personal-data-{request_id}"


def _fill(settings: Settings, archive: zipfile.ZipFile, person: Person) -> None:
    archive.writestr("README.txt", _README)
    rows = []
    for call in person.calls:
        call_id = str(call.facts["id"])
        for side, text in call.transcripts:
            archive.writestr(f"transcripts/{call_id}-{side}.txt", text)
        rows.append({**call.facts, "recording": _sound(settings, archive, call)})
    for name, text in person.cases:
        archive.writestr(f"cases/{name}.txt", text)
    archive.writestr("calls.json", json.dumps(rows, ensure_ascii=False, indent=1))
    archive.writestr("index.csv", _table(rows))


def _sound(settings: Settings, archive: zipfile.ZipFile, call: SpokenCall) -> str:
    """Put the recording in; its name in the ZIP, or why it is not there."""
    recording = call.recording
    if recording is None:
        return ""
    if not _is_there(call):
        return "已删除 deleted" if recording.state == RecordingState.DELETED else "无法提供 not available"
    name = f"recordings/{recording.call_id}.{CODECS[recording.codec].suffix}"
    try:
        with (
            playback.open_audio(settings, recording) as audio,
            _entry(archive, name) as entry,
        ):
            shutil.copyfileobj(audio, entry, 1 << 20)
    except (NotFoundError, TamperedError):
        return "已损坏 damaged"
    return name


def _is_there(call: SpokenCall) -> bool:
    return call.recording is not None and call.recording.state in _HELD


@contextmanager
def _entry(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """An entry that is stored as it is: speech is packed already."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_STORED
    with archive.open(info, "w", force_zip64=True) as entry:
        yield entry


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """For spreadsheets: with a mark that says UTF-8."""
    columns = ("id", "started_at", "direction", "outcome", "talk_s", "case", "recording")
    text = io.StringIO()
    lines = csv.DictWriter(text, columns, extrasaction="ignore")
    lines.writeheader()
    lines.writerows(rows)
    return "\ufeff" + text.getvalue()


def _measure(plain: IO[bytes]) -> Written:
    total = Sum()
    plain.seek(0)
    while piece := plain.read(1 << 20):
        total.take(piece)
    return Written(total.hex, total.bytes)
