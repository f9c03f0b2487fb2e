"""CPU seconds a call: the whole product against a bare dialplan that plays and records the same.

Two bare ones on the same Asterisk: naive (GSM prompts, mixed WAV file and both legs) and lean (A-law
prompts, A-law legs only). SIPp places the same A-law calls on each in turn, speaking, and hangs up.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from bench.bare_switch import BareSwitch
from bench.harness import cpu_s, medians, save, table, there_and_back
from bench.load import Load, Placed, place
from bench.product import AFTER_CALL, LINE, SUPERVISION, Product
from core.native import command

NAME = "calls"
CALLS = 90
#: Recognising speech costs far more than the call; a smaller batch tells what, with everything on.
WHOLE = Load(calls=12, hold_s=20.0)
IDLE_S = 10.0
PROMPTS = ("greeting", "queue-wait")
MUSIC = "moh/waiting"
RECORDER, TRANSCRIBER = AFTER_CALL


def _sounds(product: Product, switch: BareSwitch) -> None:
    """The product's own prompts for the bare switch: as they are, and as GSM."""
    source = product.instance.settings.prompts_dir / "zh_CN"
    sounds = switch.state / "sounds"
    for name in (*PROMPTS, MUSIC):
        alaw = source / f"{name}.alaw"
        for kind, codec in (("lean", "alaw"), ("naive", "gsm")):
            stem = f"{kind}/waiting" if name == MUSIC else f"{kind}-{name}"
            convert(switch, alaw, sounds / f"{stem}.{codec}")


def convert(switch: BareSwitch, alaw: Path, target: Path) -> None:
    """Copy a prompt for the bare switch, in the codec its name asks for."""
    if target.suffix == alaw.suffix:
        target.write_bytes(alaw.read_bytes())
        return
    options = ["-loglevel", "error", "-f", "alaw", "-ar", "8000", "-ac", "1", "-i", str(alaw)]
    line = command(
        switch.settings, "ffmpeg", *options, "-c:a", "libgsm", "-f", "gsm", str(target), binds=[alaw.parent]
    )
    subprocess.run(line, check=True, timeout=60)


def _bare_round(switch: BareSwitch, kind: str, load: Load, speech: bytes) -> tuple[Placed, int, float]:
    """SIPp's word, calls not recorded whole, CPU seconds a call."""
    before = cpu_s({kind: switch.pid})[kind]
    placed = place(switch.settings, kind, load, speech)
    spent = cpu_s({kind: switch.pid})[kind] - before
    codec, bytes_per_s, files = ("wav", 16000, 3) if kind == "naive" else ("alaw", 8000, 2)
    written = list(switch.recordings.glob(f"*.{codec}"))
    whole = sum(path.stat().st_size >= 0.9 * load.hold_s * bytes_per_s for path in written)
    for path in written:
        path.unlink()
    return placed, load.calls - whole // files, spent / load.calls


def _account(over: dict[str, float], cpu: dict[str, float]) -> dict[str, float]:
    """A product round's parts summed up the ways they are compared: until the calls were over, and in all."""
    line = sum(over[name] for name in (*LINE, SUPERVISION))
    whole = sum(cpu[name] for name in (*LINE, SUPERVISION, RECORDER))
    return {"asterisk": over["asterisk"], "line": line, "with_recorder": whole}


class _Run:
    """All rounds of one run."""

    def __init__(self, product: Product, switch: BareSwitch, load: Load) -> None:
        self._product, self._switch, self.load = product, switch, load
        self._speech = product.instance.prompt("greeting")
        self.rows: list[dict[str, float]] = []
        self.parts: list[dict[str, float]] = []
        self.failed: dict[str, int] = {"naive": 0, "lean": 0, "product": 0}
        self.together: dict[str, int] = {}

    def round(self) -> None:
        """One load on each."""
        row: dict[str, float] = {}
        for side in there_and_back(("naive", "lean", "product"), len(self.rows)):
            if side == "product":
                placed, lost, over, cpu = self._product.round(self.load, self._speech, transcribed=False)
                self.parts.append(over | {RECORDER: cpu[RECORDER]})
                row |= {f"product_{name}": value for name, value in _account(over, cpu).items()}
            else:
                placed, lost, row[side] = _bare_round(self._switch, side, self.load, self._speech)
            self._count(side, placed, lost)
        self.rows.append(row)
        print(f"  round {len(self.rows)}: " + ", ".join(f"{k} {v:.3f}" for k, v in row.items()))

    def transcription(self) -> dict[str, float]:
        """CPU seconds a call of each part, the transcriber's included, in a small batch."""
        placed, lost, _, cpu = self._product.round(WHOLE, self._speech, transcribed=True)
        self._count("product", placed, lost)
        return cpu

    def _count(self, kind: str, placed: Placed, lost: int) -> None:
        if not placed.succeeded:
            raise RuntimeError(f"{kind}: SIPp judges every call a failure")
        self.failed[kind] += max(placed.failed, lost)
        self.together[kind] = max(self.together.get(kind, 0), placed.together)


def run(rounds: int, hold_s: float = 20.0) -> None:
    """Measure calls of `hold_s` seconds, print, save; fails when a call did.

    Raises:
        SystemExit: a call failed or was not recorded whole; the numbers are worth nothing then.
    """
    print(f"Calls: {CALLS} A-law calls of {hold_s:.0f} s at once, CPU seconds a call")
    with Product() as product:
        menu_wait_s = product.instance.settings.flow.menu_wait_s
        bare = BareSwitch(menu_wait_s=menu_wait_s)
        _sounds(product, bare)
        with bare as switch:
            idle = product.idle(IDLE_S)
            measured = _Run(product, switch, Load(calls=CALLS, hold_s=hold_s))
            whole = measured.transcription()
            product.instance.control.stop_part(TRANSCRIBER)
            for _ in range(rounds):
                measured.round()
            version = switch.cli("core show version").split(" built", 1)[0].removeprefix("Asterisk ")
    result = _result(measured, whole, idle)
    _print(result)
    save(NAME if hold_s == 20.0 else f"{NAME}-{hold_s:.0f}s", {"versions": {"asterisk": version}, **result})
    if any(measured.failed.values()):
        raise SystemExit(f"failed or unrecorded calls: {measured.failed}")


def _result(measured: _Run, whole: dict[str, float], idle: dict[str, float]) -> dict[str, Any]:
    for row in measured.rows:
        row["product_with_transcriber"] = row["product_with_recorder"] + whole[TRANSCRIBER]
    ratios = {
        against: medians([{name: row[name] / row[against] for name in row} for row in measured.rows])
        for against in ("naive", "lean")
    }
    return {
        "calls": CALLS,
        "hold_s": measured.load.hold_s,
        "calls_with_transcription": WHOLE.calls,
        "most_at_once": measured.together,
        "failed_calls": measured.failed,
        "rounds_cpu_s_per_call": measured.rows,
        "cpu_s_per_call": medians(measured.rows),
        "ratio_to": ratios,
        "product_parts_cpu_s_per_call": medians(measured.parts) | {TRANSCRIBER: whole[TRANSCRIBER]},
        "product_idle_cpu_s_per_s": idle,
    }


LABELS = {
    "naive": "bare dialplan, naive (GSM, mixed WAV)",
    "lean": "bare dialplan, lean (A-law, legs only)",
    "product_asterisk": "product: its Asterisk alone",
    "product_line": "product: all but work after the call",
    "product_with_recorder": "product: with the recorder",
    "product_with_transcriber": "product: with recorder and transcriber",
}


def _print(result: dict[str, Any]) -> None:
    cost, ratio = result["cpu_s_per_call"], result["ratio_to"]
    print()
    rows = [
        (label, f"{cost[name]:.4f}", f"{ratio['naive'][name]:.2f}", f"{ratio['lean'][name]:.2f}")
        for name, label in LABELS.items()
    ]
    table(("", "CPU s a call", "× naive", "× lean"), rows)
    print()
    parts = result["product_parts_cpu_s_per_call"]
    idle = result["product_idle_cpu_s_per_s"]
    table(
        ("part of the product", "CPU s a call", "idle, % of a core"),
        [(name, f"{value:.4f}", f"{100 * idle[name]:.1f}") for name, value in parts.items()],
    )
    print(f"\n  failed calls: {result['failed_calls']}, most at once: {result['most_at_once']}")
