from __future__ import annotations

import shutil
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import pytest
import vosk

from core.clock import FixedClock
from core.settings import Transcribe
from recorder.transcribe import download, models
from recorder.transcribe.download import Downloader
from recorder.transcribe.models import TEST_MODEL, ModelFinder

NAME = "vosk-model-small-cn-0.22"


def _copy_of_a_model(place: Path) -> Path:
    shutil.copytree(TEST_MODEL, place)
    return place


def _downloader(
    tmp_path: Path, clock: FixedClock, *line: str, reach_s: float = 5, limit_s: float = 20
) -> Downloader:
    return Downloader(
        tmp_path / "cache",
        tmp_path / "state" / "download.json",
        clock,
        lambda: False,
        line=line or (sys.executable, "-c", "raise SystemExit('no network')"),
        reach_limit_s=reach_s,
        limit_s=limit_s,
    )


def _finder(tmp_path: Path, clock: FixedClock, settings: Transcribe) -> ModelFinder:
    return ModelFinder(settings, _downloader(tmp_path, clock), folders=lambda: [tmp_path / "cache"])


def test_the_order_is_setting_cache_test_model(tmp_path: Path, clock: FixedClock) -> None:
    own = _copy_of_a_model(tmp_path / "our-model")
    settings = Transcribe(model=str(own), download=False)
    cached = _copy_of_a_model(tmp_path / "cache" / NAME)
    found = _finder(tmp_path, clock, settings).find()
    assert found and (found.path, found.name, found.is_test_model) == (own, "our-model", False)
    shutil.rmtree(own)
    found = _finder(tmp_path, clock, settings).find()
    assert found and (found.path, found.name, found.is_test_model) == (cached, NAME, False)
    shutil.rmtree(cached)
    found = _finder(tmp_path, clock, settings).find()
    assert found and (found.name, found.is_test_model) == ("vosk-hotline-tiny", True)


def test_without_any_there_is_help_and_a_model_that_appears_is_found(
    tmp_path: Path, clock: FixedClock
) -> None:
    finder = _finder(tmp_path, clock, Transcribe(download=False, use_test_model=False))
    assert finder.find() is None
    assert NAME in finder.help() and "transcribe.model" in finder.help()
    _copy_of_a_model(tmp_path / "cache" / NAME)
    assert finder.find() is not None


def test_a_broken_model_is_passed_over_and_named(tmp_path: Path, clock: FixedClock) -> None:
    broken = _copy_of_a_model(tmp_path / "broken")
    (broken / "am" / "final.mdl").write_bytes(b"half a download")
    finder = _finder(tmp_path, clock, Transcribe(model=str(broken), download=False))
    found = finder.find()
    assert found and found.is_test_model
    assert str(broken) in finder.help()


def test_the_test_model_is_known_by_any_road(tmp_path: Path, clock: FixedClock) -> None:
    found = _finder(tmp_path, clock, Transcribe(model=str(TEST_MODEL), download=False)).find()
    assert found and found.is_test_model


def test_vosks_own_folders_are_looked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vosk, "MODEL_DIRS", [None, tmp_path, tmp_path / "missing"])
    assert models.vosk_folders() == [tmp_path]


def test_a_failed_download_is_remembered_for_a_day(tmp_path: Path, clock: FixedClock) -> None:
    finder = _finder(tmp_path, clock, Transcribe())
    assert finder.may_download()
    found = finder.download()
    assert found and found.is_test_model
    assert not finder.may_download()
    assert "no network" in finder.help()
    other_process = _finder(tmp_path, clock, Transcribe())
    assert not other_process.may_download()
    clock.advance(timedelta(days=1))
    assert other_process.may_download()
    assert not _finder(tmp_path, clock, Transcribe(download=False)).may_download()


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import time; time.sleep(60)", "was not reached within"),
        ("import time; print('reached', flush=True); time.sleep(60)", "not finished after"),
        ("print('reached')", "the downloader ended with 0"),
    ],
    ids=["no-answer", "too-slow", "nothing-there"],
)
def test_a_downloader_that_hangs_or_lies_is_ended(
    tmp_path: Path, clock: FixedClock, program: str, reason: str
) -> None:
    downloader = _downloader(tmp_path, clock, sys.executable, "-c", program, reach_s=1.0, limit_s=2.0)
    begin = monotonic()
    assert not downloader.fetch(NAME)
    assert monotonic() - begin < 10
    assert reason in downloader.last_failure()
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_memory_file_nobody_can_read_is_no_obstacle(tmp_path: Path, clock: FixedClock) -> None:
    downloader = _downloader(tmp_path, clock)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "download.json").write_text("{half", encoding="utf-8")
    assert downloader.is_due(NAME)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def model_server(tmp_path: Path) -> Iterator[str]:
    """A loopback stand-in for the place vosk's models are published at."""
    root = tmp_path / "published"
    root.mkdir()
    (root / "model-list.json").write_text(f'[{{"name": "{NAME}"}}]', encoding="utf-8")
    with zipfile.ZipFile(root / f"{NAME}.zip", "w") as packed:
        for path in TEST_MODEL.rglob("*"):
            packed.write(path, Path(NAME) / path.relative_to(TEST_MODEL))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_vosks_own_downloader_brings_a_model_that_loads(
    tmp_path: Path, clock: FixedClock, model_server: str
) -> None:
    aimed = (
        "import sys, pathlib, vosk; from recorder.transcribe.download import download;"
        f"vosk.MODEL_PRE_URL = {model_server!r}; vosk.MODEL_LIST_URL = {model_server + 'model-list.json'!r};"
        "download(sys.argv[1], pathlib.Path(sys.argv[2]))"
    )
    downloader = _downloader(tmp_path, clock, sys.executable, "-c", aimed)
    finder = ModelFinder(Transcribe(), downloader, folders=lambda: [tmp_path / "cache"])
    assert finder.may_download()
    found = finder.download()
    assert found and (found.name, found.is_test_model) == (NAME, False)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [NAME]
    assert not finder.may_download()


def test_a_model_the_server_does_not_have_is_a_failure_not_a_crash(
    tmp_path: Path, clock: FixedClock, model_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vosk, "MODEL_DIRS", vosk.MODEL_DIRS)
    monkeypatch.setattr(vosk, "MODEL_LIST_URL", model_server + "model-list.json")
    with pytest.raises(SystemExit):
        download.download("vosk-model-of-nowhere", tmp_path)
