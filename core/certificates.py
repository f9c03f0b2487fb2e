"""The certificate SIP over TLS is offered with, made up once per install unless the city has its own."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

from core.native import command
from core.settings import Settings

_YEARS = 10


def sip_certificate(settings: Settings) -> str:
    """PEM text of key and certificate: `sip.tls_certificate`, or one made on first use.

    Raises:
        OSError: the file cannot be read, or none can be made.
    """
    if settings.sip.tls_certificate:
        return settings.sip.tls_certificate.read_text(encoding="ascii")
    settings.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.secrets_dir / "sip-tls.pem"
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(_made_up(settings, draft), encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii")


def _made_up(settings: Settings, draft: Path) -> str:
    name = f"/CN={settings.sip.host}"
    options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", name]
    options += ["-days", str(365 * _YEARS), "-addext", f"subjectAltName=IP:{settings.sip.host}"]
    options += ["-keyout", str(draft), "-out", "/dev/stdout"]
    line = command(settings, "openssl", "req", "-x509", *options)
    done = subprocess.run(line, capture_output=True, check=False, timeout=60)
    if done.returncode:
        raise OSError(f"no certificate could be made: {done.stderr.decode(errors='replace')[-200:]}")
    return draft.read_text(encoding="ascii") + done.stdout.decode("ascii")
