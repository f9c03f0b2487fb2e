"""The one way a command says that it cannot go on."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsError

from core.settings import Settings, config_file

#: Exit status of a command that could not do its work for a reason outside of it (EX_UNAVAILABLE).
EXIT_REFUSED = 69


class Refusal(Exception):
    """The command cannot go on; the message is the one sentence a person reads."""


def read_settings() -> Settings:
    """The settings of this instance.

    Raises:
        Refusal: a value or the file does not fit; the sentence names section and field.
    """
    path = config_file()
    if path.is_dir():
        raise Refusal(f"{path} (HOTLINE_CONFIG) is a folder; name the settings file in it.")
    if "HOTLINE_CONFIG" in os.environ and not path.exists():
        raise Refusal(f"{path} (HOTLINE_CONFIG) does not exist.")
    try:
        return Settings()
    except ValidationError as error:
        raise Refusal(" ".join(_sentence(e["loc"], e["msg"], path) for e in error.errors()[:3])) from None
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{path} is not valid TOML: {error}.") from None
    except SettingsError as error:
        raise Refusal(f"Settings from the environment cannot be read: {error}.") from None
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}.") from None


def _sentence(where: tuple[int | str, ...], problem: str, path: Path) -> str:
    name = ".".join(str(part) for part in where)
    variable = "HOTLINE_" + "_".join(str(part) for part in where[:2]).upper()
    return f"Setting {name} (in {path}, or {variable}) does not fit: {problem}."
