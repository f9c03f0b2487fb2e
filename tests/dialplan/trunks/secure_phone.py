"""A carrier over TLS with encrypted sound: baresip, which shares no code with Asterisk."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

from core.native import command, root_for_tests
from core.settings import Settings
from ivr.prompts.audio import audioop
from tests.carrier import free_udp_port

_MODULES = "/usr/lib/baresip/modules"
#: account comes after what it names: codec and encryption.
_NAMES = ("g711.so", "srtp.so", "aufile.so", "account.so", "menu.so")


async def call(settings: Settings, folder: Path, address: str, speech: bytes, *, seconds: int) -> str:
    """Dial the hotline over TLS, speak A-law `speech`, stay for `seconds`; what baresip wrote.

    What it heard is in `folder`/heard.wav.
    """
    with wave.open(str(folder / "speech.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(audioop.alaw2lin(speech, 2))
    sip = settings.sip
    account = f"<sip:carrier@{address};transport=tls>;regint=0;mediaenc=srtp-mand;audio_codecs=pcma\n"
    (folder / "accounts").write_text(account, encoding="utf-8")
    (folder / "contacts").write_text("", encoding="utf-8")
    (folder / "config").write_text(_config(folder, address), encoding="utf-8")
    dial = f"/dial sip:{sip.did}@{sip.host}:{sip.tls_port};transport=tls"
    root = root_for_tests(settings)
    options = ["-f", str(folder), "-e", dial, "-t", str(seconds)]
    line = command(settings, "baresip", *options, binds=[folder], root=root)
    process = await asyncio.create_subprocess_exec(
        *line,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(seconds + 20):
        return (await process.communicate())[0].decode(errors="replace")


def _config(folder: Path, address: str) -> str:
    return "\n".join(
        [
            f"sip_listen {address}:{free_udp_port(address)}",
            f"net_interface {address}",
            "sip_verify_server no",
            f"audio_source aufile,{folder}/speech.wav",
            f"audio_player aufile,{folder}/heard.wav",
            f"audio_alert aufile,{folder}/ring.wav",
            "audio_srate 8000",
            "audio_channels 1",
            "ausrc_srate 8000",
            "auplay_srate 8000",
            "rtp_ports 31000-31099",
            f"module_path {_MODULES}",
            *(f"module {name}" for name in _NAMES),
            "",
        ]
    )
