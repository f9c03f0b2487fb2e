"""The load: SIPp places many A-law calls at once, talks on each, and hangs up after a fixed time."""

from __future__ import annotations

import csv
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from socket import SOCK_DGRAM

from bench.harness import free_port
from core.native import command
from core.settings import Settings

SCENARIO = Path(__file__).with_name("caller.xml")
CARRIER = "127.0.0.2"
#: Calls placed a second: a flood at once would measure retransmissions.
CALLS_PER_S = 15
#: On the carrier's own address, where nobody else listens.
_MEDIA_PORTS = (8000, 12000)


@dataclass(frozen=True)
class Load:
    """So many calls, each held so long after its answer, seconds."""

    calls: int
    hold_s: float

    @property
    def longest_s(self) -> float:
        return self.calls / CALLS_PER_S + self.hold_s + 60


@dataclass(frozen=True)
class Placed:
    """SIPp's judgement."""

    succeeded: int
    failed: int
    together: int


def place(settings: Settings, number: str, load: Load, speech: bytes) -> Placed:
    """Call `number` of the switch that has these settings; returns when all calls are over.

    Raises:
        subprocess.TimeoutExpired: SIPp did not end.
    """
    sip = settings.sip
    with tempfile.TemporaryDirectory(prefix="hotline-load-") as name:
        folder = Path(name)
        (folder / "speech.alaw").write_bytes(speech)
        shutil.copy(SCENARIO, folder)
        token = secrets.token_hex(6)
        options = ["-sf", SCENARIO.name, "-s", number, "-i", CARRIER, "-mi", CARRIER, "-nostdin"]
        options += ["-p", str(free_port(SOCK_DGRAM, CARRIER))]
        options += ["-min_rtp_port", str(_MEDIA_PORTS[0]), "-max_rtp_port", str(_MEDIA_PORTS[1])]
        options += ["-m", str(load.calls), "-l", str(load.calls), "-r", str(CALLS_PER_S)]
        options += ["-d", str(int(load.hold_s * 1000)), "-key", "token", token, "-cid_str", f"%u-{token}@%s"]
        options += ["-timeout", f"{int(load.longest_s)}s", "-trace_stat", "-stf", "stat.csv", "-fd", "1"]
        line = command(settings, "sipp", *options, f"{sip.host}:{sip.port}", binds=[folder])
        with (folder / "out").open("wb") as out:
            subprocess.run(line, cwd=folder, stdout=out, stderr=out, check=False, timeout=load.longest_s + 30)
        return judgement(folder / "stat.csv", load)


def judgement(path: Path, load: Load) -> Placed:
    """What the last row of SIPp's statistics file says: a call that is no success has failed."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    succeeded = int(rows[-1]["SuccessfulCall(C)"])
    together = max(int(row["CurrentCall"]) for row in rows)
    return Placed(succeeded, load.calls - succeeded, together)
