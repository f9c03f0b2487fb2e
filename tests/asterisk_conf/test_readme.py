"""README.md of asterisk_conf is what `hotline contract` writes now."""

from __future__ import annotations

from asterisk_conf import readme
from asterisk_conf.contract import CEL_FIELDS, VARIABLES
from asterisk_conf.render import TEMPLATES


def test_the_readme_is_current() -> None:
    written = (TEMPLATES.parent / "README.md").read_text(encoding="utf-8")
    assert written == readme.render(), "run `make docs`"


def test_everything_is_in_it() -> None:
    text = readme.render()
    for name in [*VARIABLES, *CEL_FIELDS]:
        assert f"| `{name}` |" in text
    for path in (TEMPLATES / "dialplan").iterdir():
        assert f"(templates/dialplan/{path.name})" in text
