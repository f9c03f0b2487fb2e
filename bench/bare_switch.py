"""A bare Asterisk of the benchmarks' own: minimal modules, own state folder, own ports."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from socket import SOCK_DGRAM
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from asterisk_conf.render import module_dir
from bench.harness import free_port, wait_until
from bench.load import CARRIER
from core.native import command
from core.settings import Settings, get_settings

TEMPLATES = Path(__file__).parent / "switch_files"
#: First of a thousand; a default instance starts at 10000.
_RTP_START = 8000
_MODULES = """
res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_pjsip res_pjsip_session
res_pjsip_pubsub res_pjsip_acl res_pjsip_authenticator_digest res_pjsip_endpoint_identifier_ip
res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_nat chan_pjsip res_rtp_asterisk res_crypto
codec_alaw codec_gsm codec_resample format_pcm format_gsm format_wav res_musiconhold res_timing_timerfd
bridge_simple pbx_config pbx_spool app_mixmonitor app_playback app_exec func_logic func_math
res_agi res_speech
"""
#: Asterisk wants these files, even empty.
EMPTY = ("acl", "ccss", "features", "indications", "pjproject", "udptl")
FOLDERS = ("etc", "lib/keys", "log", "agi-bin", "recordings", "spool/outgoing", "sounds/lean", "sounds/naive")


class BareSwitch:
    """Asterisk without anything of ours but its configuration; a context manager."""

    def __init__(
        self, *, menu_wait_s: float = 0.0, gate_port: int = 0, agi_targets: Mapping[str, str] | None = None
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="hotline-bench-", ignore_cleanup_errors=True)
        self.state = Path(self._folder.name)
        settings = get_settings()
        paths = settings.paths.model_copy(update={"state": self.state, "prompts": None})
        sip = settings.sip.model_copy(update={"port": free_port(SOCK_DGRAM)})
        self.settings: Settings = settings.model_copy(update={"paths": paths, "sip": sip})
        self._values: dict[str, Any] = {
            "agi_targets": agi_targets or {},
            "gate_port": gate_port,
            "menu_wait_s": menu_wait_s,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._render()

    def __enter__(self) -> BareSwitch:
        line = command(self.settings, "asterisk", "-f", "-n", "-C", str(self._main_file))
        with (self.state / "log" / "console").open("wb") as log:
            self._process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_until(lambda: self._is_up(), 30, "start of the bare Asterisk")
        except TimeoutError:
            print((self.state / "log" / "console").read_text(errors="replace")[-3000:])
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self.cli("core stop now")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def recordings(self) -> Path:
        return self.state / "recordings"

    @property
    def _main_file(self) -> Path:
        return self.state / "etc" / "asterisk.conf"

    def cli(self, words: str) -> str:
        """What Asterisk's console answers, empty when there is none."""
        line = command(self.settings, "asterisk", "-C", str(self._main_file), "-rx", words)
        return subprocess.run(line, capture_output=True, timeout=20, check=False).stdout.decode(
            errors="replace"
        )

    def originate(self, extension: str, **variables: int) -> None:
        """Place a call of the switch's own to `extension` in the context `agi`, by a call file."""
        lines = ["Channel: Local/idle@agi", "Context: agi", f"Extension: {extension}", "Priority: 1"]
        lines += [f"Setvar: {name}={value}" for name, value in variables.items()]
        with tempfile.NamedTemporaryFile("w", dir=self.state / "spool", suffix=".call", delete=False) as file:
            file.write("\n".join(lines) + "\n")
        path = Path(file.name)
        path.rename(self.state / "spool" / "outgoing" / path.name)

    def _is_up(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise TimeoutError("the bare Asterisk ended at once")
        return "fully booted" in self.cli("core waitfullybooted")

    def _render(self) -> None:
        etc, sip = self.state / "etc", self.settings.sip
        for name in FOLDERS:
            (self.state / name).mkdir(parents=True)
        values = {
            **self._values,
            "etc": etc,
            "state": self.state,
            "modules": module_dir(self.settings),
            "bare_modules": _MODULES.split(),
            "host": sip.host,
            "port": sip.port,
            "rtp_start": _RTP_START,
            "carrier": CARRIER,
        }
        environment = Environment(  # noqa: S701 - the output is Asterisk's configuration, not HTML
            loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True
        )
        for template in sorted(TEMPLATES.glob("*.j2")):
            text = environment.get_template(template.name).render(values)
            (etc / template.stem).write_text(text, encoding="utf-8")
        for name in EMPTY:
            (etc / f"{name}.conf").write_text("")
