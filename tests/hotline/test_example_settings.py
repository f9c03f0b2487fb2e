"""The documented settings file is the settings tree, word for word."""

from __future__ import annotations

import re
import tomllib

from core.settings import CHECKOUT, Settings
from hotline import example_settings


def test_the_file_in_docs_is_up_to_date() -> None:
    path = CHECKOUT / "docs" / "hotline.example.toml"
    assert path.read_text(encoding="utf-8") == example_settings.render(), "run `make docs`"


def test_every_setting_is_in_it_with_a_description() -> None:
    whole = re.sub(r"^#(\w+ = |\[)", r"\1", example_settings.render(), flags=re.MULTILINE)
    found = tomllib.loads(whole)
    assert found.pop("trunks").keys() == {"city", "copper"}
    for name in set(Settings.model_fields) - {"trunks"}:
        section = getattr(Settings(), name)
        assert set(found[name]) == set(type(section).model_fields)
    assert "# None" not in whole


def test_defaults_written_back_are_accepted() -> None:
    whole = re.sub(r"^#(\w+ = |\[)", r"\1", example_settings.render(), flags=re.MULTILINE)
    tree = tomllib.loads(whole)
    tree["paths"].pop("prompts")
    for key in ("tls_certificate", "tls_authorities"):
        tree["sip"].pop(key)
    tree["paths"].pop("studio")
    assert Settings(**tree).sip == Settings().sip
