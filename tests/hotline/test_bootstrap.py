"""The first step of `make run`, which has nothing but the host's Python."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from core.settings import CHECKOUT


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", CHECKOUT / "docker" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_is_refused_in_one_sentence(bootstrap: ModuleType) -> None:
    with pytest.raises(bootstrap.Refusal, match=r"Python 3\.11 or newer is needed; this is 3\.9"):
        bootstrap.check_host((3, 9, 2), 100 << 30, first_time=True)


def test_a_full_disk_is_refused_the_first_time_only(bootstrap: ModuleType) -> None:
    with pytest.raises(bootstrap.Refusal, match=r"has only 1\.0 GiB free"):
        bootstrap.check_host((3, 11, 0), 1 << 30, first_time=True)
    bootstrap.check_host((3, 11, 0), 1 << 30, first_time=False)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_tool_that_builds_source_packages_is_locked_too(bootstrap: ModuleType, name: str) -> None:
    pin = bootstrap.setuptools_pin((CHECKOUT / name).read_text(encoding="utf-8"))
    assert pin.startswith("setuptools==")
    assert pin.count("==") == 1
    assert "--hash=sha256:" in pin
