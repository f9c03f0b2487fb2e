"""Where a speech model comes from: setting, vosk's own folders, vosk's downloader, the small test model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog
import vosk

from core.settings import CHECKOUT, Transcribe
from recorder.transcribe.download import Downloader

TEST_MODEL = CHECKOUT / "tests" / "data" / "vosk-hotline-tiny" / "model"
#: Loading even a large model takes less, in seconds.
_LOAD_LIMIT_S = 180

HELP = (
    "Recordings wait for a speech model. Put an unpacked vosk model folder (for example {name}) below "
    "~/.cache/vosk, or name its folder in the setting transcribe.model (HOTLINE_TRANSCRIBE_MODEL); it is "
    "found within a minute and everything that waits is then transcribed."
)

log = structlog.get_logger()


@dataclass(frozen=True)
class FoundModel:
    """A model folder that loads."""

    path: Path
    name: str
    is_test_model: bool


def loads(path: Path) -> bool:
    """Whether vosk can load the folder: tried in a process of its own, because a bad model may kill it."""
    if not (path / "am" / "final.mdl").is_file() and not (path / "final.mdl").is_file():
        return False
    program = "import sys, vosk; vosk.SetLogLevel(-1); vosk.Model(sys.argv[1])"
    try:
        tried = subprocess.run(
            [sys.executable, "-c", program, str(path)], capture_output=True, timeout=_LOAD_LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return False
    return tried.returncode == 0


def vosk_folders() -> list[Path]:
    """The folders vosk itself looks in, those that exist."""
    return [Path(folder) for folder in vosk.MODEL_DIRS if folder and Path(folder).is_dir()]


class ModelFinder:
    """Looks in the documented order. Blocking; a folder is tried again only after it changed."""

    def __init__(
        self,
        settings: Transcribe,
        downloader: Downloader,
        *,
        folders: Callable[[], list[Path]] = vosk_folders,
        test_model: Path = TEST_MODEL,
    ) -> None:
        self._settings, self._downloader = settings, downloader
        self._folders, self._test_model = folders, test_model
        self._tried: dict[Path, tuple[float, bool]] = {}

    def find(self) -> FoundModel | None:
        """The best model there is without fetching anything."""
        return next((model for model in self._candidates() if self._is_good(model.path)), None)

    def may_download(self) -> bool:
        """Whether the downloader would be the next thing to ask."""
        found = self.find()
        is_wanted = self._settings.download and (found is None or found.is_test_model)
        return is_wanted and self._downloader.is_due(self._settings.model_name)

    def download(self) -> FoundModel | None:
        """Let vosk's downloader fetch the model and look again."""
        self._downloader.fetch(self._settings.model_name)
        return self.find()

    def help(self) -> str:
        """How to get a model, and what is wrong with the one that was named."""
        advice = HELP.format(name=self._settings.model_name)
        if failure := self._downloader.last_failure():
            advice += f" The last download failed: {failure}."
        if self._settings.model:
            advice += f" The folder set now, {self._settings.model}, is no model vosk can load."
        return advice

    def _candidates(self) -> Iterator[FoundModel]:
        if self._settings.model:
            yield self._model(Path(self._settings.model))
        for folder in self._folders():
            yield self._model(folder / self._settings.model_name)
        if self._settings.use_test_model:
            yield self._model(self._test_model)

    def _model(self, path: Path) -> FoundModel:
        is_test = path.resolve() == self._test_model.resolve() or "vosk-hotline-tiny" in path.parts
        name = "vosk-hotline-tiny" if is_test else path.resolve().name
        return FoundModel(path, name, is_test)

    def _is_good(self, path: Path) -> bool:
        try:
            changed = path.stat().st_mtime
        except OSError:
            return False
        if path not in self._tried or self._tried[path][0] != changed:
            self._tried[path] = (changed, loads(path))
            if not self._tried[path][1]:
                log.warning("that folder is no model vosk can load; passed over", folder=str(path))
        return self._tried[path][1]
