"""supervisord for the parts of one instance: its configuration, its start, and talking to it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import xmlrpc.client
from http.client import HTTPException
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import SupervisorTransport

from core.settings import Settings
from hotline.processes import NAMES, die_with_parent
from hotline.refusal import Refusal

#: A part has this long to end by itself; more than the harness's own grace.
STOP_S = 12
LOG_BYTES = 10 << 20
LOG_BACKUPS = 5
#: The kernel's limit of a socket's path is 108 bytes with its end.
_LONGEST_SOCKET = 100


def run_dir(settings: Settings) -> Path:
    """Where supervisord keeps its own files."""
    return settings.paths.state.absolute() / "run"


def socket_path(settings: Settings) -> Path:
    """Control socket, moved to the temporary folder where the state folder's name is too long for one."""
    path = run_dir(settings) / "supervisor.sock"
    if len(str(path).encode()) <= _LONGEST_SOCKET:
        return path
    name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"hotline-{name}.sock"


def configuration(settings: Settings) -> str:
    """Text of `supervisord.conf`: every part restarts by itself, and ends together with its children."""
    run, log = run_dir(settings), settings.log_dir.absolute()
    user = "user=root\n" if os.geteuid() == 0 else ""
    text = f"""[unix_http_server]
file={_quoted(socket_path(settings))}
chmod=0600

[supervisord]
logfile={_quoted(log / "supervisord.log")}
logfile_maxbytes={LOG_BYTES}
logfile_backups=1
loglevel=info
pidfile={_quoted(run / "supervisord.pid")}
childlogdir={_quoted(log)}
nodaemon=true
silent=true
{user}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    return text + "".join(_program(settings, name, order) for order, name in enumerate(NAMES))


def _program(settings: Settings, name: str, order: int) -> str:
    log = settings.log_dir.absolute() / f"{name}.log"  # the one value supervisord expands twice
    return f"""
[program:{name}]
command={_word(sys.executable)} -m hotline process {name}
priority={order}
autorestart=true
startsecs=1
startretries=1000
stopsignal=TERM
stopwaitsecs={STOP_S}
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={str(log).replace("%", "%%%%")}
stdout_logfile_maxbytes={LOG_BYTES}
stdout_logfile_backups={LOG_BACKUPS}
environment=PYTHONUNBUFFERED="1"
"""


def _quoted(value: Path) -> str:
    """supervisord expands % in every value."""
    return str(value).replace("%", "%%")


def _word(value: str) -> str:
    return '"' + value.replace("%", "%%").replace('"', '\\"') + '"'


def start(settings: Settings) -> subprocess.Popen[bytes]:
    """Start supervisord, and with it every part. It stops everything when this process dies."""
    run = run_dir(settings)
    run.mkdir(parents=True, exist_ok=True)
    settings.log_dir.mkdir(parents=True, exist_ok=True)
    path = run / "supervisord.conf"
    path.write_text(configuration(settings), encoding="utf-8")
    with (settings.log_dir / "supervisord.out").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(path.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; we end it in order
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )


class Control:
    """Stop, start and look at single parts of a running instance."""

    def __init__(self, settings: Settings) -> None:
        self._transport = SupervisorTransport(None, None, f"unix://{socket_path(settings)}")
        self._proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=self._transport)

    def states(self) -> dict[str, str]:
        """State of each part in supervisord's words: `RUNNING`, `BACKOFF`, `STOPPED` …

        Raises:
            Refusal: no instance runs with this state folder.
        """
        rows = cast(list[dict[str, Any]], self._call("getAllProcessInfo"))
        return {str(row["name"]): str(row["statename"]) for row in rows}

    def pid(self, name: str) -> int:
        """Process id of the part, 0 when it is not running."""
        return int(self._call("getProcessInfo", name)["pid"])

    def stop_part(self, name: str) -> None:
        """Stop the part and return when it has ended; it stays stopped until `start_part`."""
        self._call("stopProcess", name)

    def start_part(self, name: str) -> None:
        """Start the part and return when it has run for a second."""
        self._call("startProcess", name)

    def _call(self, method: str, *args: str) -> Any:
        try:
            with self._proxy:
                return getattr(self._proxy.supervisor, method)(*args)
        except xmlrpc.client.Fault as fault:
            raise Refusal(f"{' '.join(args) or method}: {fault.faultString}") from None
        except (OSError, HTTPException):
            raise Refusal(
                "No hotline is running with this state folder: start it with `hotline run`."
            ) from None
        finally:
            self._transport.close()
