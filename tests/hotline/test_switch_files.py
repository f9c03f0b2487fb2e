"""What the switch is given besides templates: passwords of carriers, certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import Paths, Settings, Sip
from core.trunks import SipTrunk
from hotline import switch_files
from hotline.refusal import Refusal


def _settings(tmp_path: Path, trunk: SipTrunk, sip: Sip | None = None) -> Settings:
    return Settings(paths=Paths(state=tmp_path), trunks={"city": trunk}, sip=sip or Sip())


def test_a_missing_password_is_asked_for_by_file_name(tmp_path: Path) -> None:
    settings = _settings(tmp_path, SipTrunk(addresses=["192.0.2.7"], user="hotline"))
    with pytest.raises(Refusal, match=r"Trunk city has a user name: write its password to .*/trunk-city"):
        switch_files.write(settings, [])
    settings.secrets_dir.joinpath("trunk-city").write_text("given by carrier\n")
    with pytest.raises(Refusal, match="its password must be") as refusal:
        switch_files.write(settings, [])
    assert "given" not in str(refusal.value)
    settings.secrets_dir.joinpath("trunk-city").write_text("given-by-carrier\n")
    switch_files.write(settings, [])
    assert "password = given-by-carrier" in (settings.asterisk_dir / "etc" / "pjsip.conf").read_text()


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    trunk = SipTrunk(addresses=["192.0.2.7"], transport="tls")
    settings = _settings(tmp_path, trunk, Sip(tls_certificate=tmp_path / "gone.pem"))
    with pytest.raises(Refusal, match=r"The trunks cannot be set up: .*gone\.pem"):
        switch_files.write(settings, [])
