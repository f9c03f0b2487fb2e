"""The certificate for SIP over TLS: made up once, or the city's own."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

from core.certificates import sip_certificate
from core.settings import Paths, Settings, Sip


def test_made_up_once_and_fit_for_a_server(tmp_path: Path) -> None:
    settings = Settings(paths=Paths(state=tmp_path), sip=Sip(host="192.0.2.1"))
    text = sip_certificate(settings)
    assert sip_certificate(settings) == text
    path = settings.secrets_dir / "sip-tls.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in settings.secrets_dir.iterdir()] == ["sip-tls.pem"]
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)


def test_the_citys_own(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_text("made-up", encoding="ascii")
    settings = Settings(paths=Paths(state=tmp_path / "state"), sip=Sip(tls_certificate=own))
    assert sip_certificate(settings) == "made-up"
    assert not settings.secrets_dir.exists()
