"""The sections of the settings tree that have no room of their own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from core.calendar.hours import Hours
from core.clock import zone_of
from core.section import Section

CHECKOUT = Path(__file__).resolve().parent.parent


class Paths(Section):
    state: Path = Field(CHECKOUT / "var", description="State folder: database, recordings, logs, secrets.")
    native: Path = Field(
        CHECKOUT / "var" / "native",
        description="Isolated root with Asterisk, Redis, ffmpeg, espeak-ng. Shared by instances.",
    )
    use_host_binaries: bool = Field(
        False, description="Use the host's own asterisk, redis-server, ffmpeg, espeak-ng instead of `native`."
    )
    prompts: Path | None = Field(
        None, description="Built prompt audio; default: `prompts` in the state folder."
    )
    studio: Path | None = Field(
        None,
        description="Studio recordings `<language>/<prompt id>.wav` or `.mp3`, used instead of synthesis; "
        "default: `studio` in the state folder.",
    )


class Sip(Section):
    host: str = Field("127.0.0.1", description="Address the SIP side listens on and sends media from.")
    port: int = Field(5060, description="SIP over UDP: trunk and softphones.", ge=1, le=65535)
    trunk_addresses: list[str] = Field(
        ["127.0.0.2"],
        description="Carrier addresses of the trunk `demo`, which is there unless you name yours.",
    )
    trunk_contact: str = Field(
        "", description="address:port that calls out on the trunk `demo` go to; empty: its first address."
    )
    trunk_channels: int = Field(90, description="Calls at once on the trunk `demo`.", ge=1, le=2000)
    tls_port: int = Field(5061, description="SIP over TLS, for trunks that want it.", ge=1, le=65535)
    tls_certificate: Path | None = Field(
        None, description="PEM file with our key and certificate; empty: one made up per install."
    )
    tls_authorities: Path | None = Field(
        None,
        description="PEM file of those who certify carriers; empty: carriers' certificates are not checked.",
    )
    rtp_start: int = Field(10000, description="First RTP port.", ge=1024, le=65000)
    rtp_end: int = Field(11999, description="Last RTP port.", ge=1025, le=65535)
    did: str = Field("12319", description="The hotline's number; also accepted with the area code before it.")
    area_code: str = Field("0411", description="Area code (区号), added to local callers' numbers.")


class Ivr(Section):
    ports: int = Field(
        90, description="IVR ports: callers at once in menus, queues and messages.", ge=1, le=2000
    )


class Ami(Section):
    host: str = Field("127.0.0.1", description="Manager interface; keep it on loopback.")
    port: int = Field(5038, description="Manager interface port.", ge=1, le=65535)


class Agi(Section):
    host: str = Field("127.0.0.1", description="FastAGI server address.")
    port: int = Field(4573, description="FastAGI server port.", ge=1, le=65535)


class Redis(Section):
    host: str = Field("127.0.0.1", description="Redis address.")
    port: int = Field(6319, description="Redis port.", ge=1, le=65535)

    @property
    def url(self) -> str:
        return f"redis://{self.host}:{self.port}/0"


class Database(Section):
    url: str = Field(
        "", description="SQLAlchemy URL; empty: SQLite in the state folder. DATABASE_URL sets it too."
    )


class Web(Section):
    host: str = Field("127.0.0.1", description="Console and API address.")
    port: int = Field(8319, description="Console and API port.", ge=1, le=65535)
    session_hours: int = Field(12, description="A log-in lasts this many hours.", ge=1, le=72)
    max_failures: int = Field(5, description="Wrong passwords in a row before an account is locked.", ge=1)
    lock_minutes: int = Field(15, description="How long a locked account stays locked.", ge=1)


class Flow(Section):
    preset: Literal["agent_first", "full_menu", "no_menu"] = Field(
        "agent_first", description="Which menu callers meet (GB/T 33358-2016: preferably none)."
    )
    menu_wait_s: float = Field(1.5, description="Silence after the greeting before a person is rung.", ge=0)
    digit_wait_s: float = Field(5, description="Silence that ends a number being keyed in.", ge=0.5)
    lookup_s: float = Field(
        2, description="A case that is not found within this time: the caller gets a person.", gt=0, le=10
    )


#: Names the delivered menus use; those of the utilities have no number until a city gives them one.
_DUTY_PHONES = {
    "police": "110",
    "fire": "119",
    "ambulance": "120",
    "traffic": "122",
    **dict.fromkeys(("gas", "water", "heat", "power", "subsidence"), ""),
}


class Forward(Section):
    numbers: dict[str, str] = Field(
        _DUTY_PHONES,
        description="Duty phones a menu may put callers through to, by name; without a number the call goes "
        "to the emergency queue.",
    )
    ring_s: int = Field(25, description="A duty phone rings this long; then the queue.", ge=5, le=120)

    @field_validator("numbers")
    @classmethod
    def _dialplan_can_hold_them(cls, numbers: dict[str, str]) -> dict[str, str]:
        for name, number in numbers.items():
            if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name):
                raise ValueError(f"{name!r}: name a duty phone with a-z, 0-9 and _")
            if not re.fullmatch(r"[0-9]{0,15}", number):
                raise ValueError(f"{name} = {number!r}: write digits only")
        return _DUTY_PHONES | numbers


class Queue(Section):
    max_wait_s: int = Field(30, description="Announced wait in the queue before a message is offered.", ge=1)
    ring_s: int = Field(15, description="One seat rings this long before the next is tried.", ge=1)
    wrap_up_s: int = Field(
        5,
        description="Wrap-up (话后处理) after a call, seconds; 0: none.",
        ge=0,
        le=3600,
    )
    file: Path | None = Field(None, description="File of queues instead of the packaged one.")

    @property
    def wrap_guard_s(self) -> int:
        """Seconds the switch itself keeps callers from a seat, until its wrap-up has begun."""
        return min(2, self.wrap_up_s)


class Calendar(Section):
    timezone: str = Field("Asia/Shanghai", description="Time zone of opening hours.")

    @field_validator("timezone")
    @classmethod
    def _exists(cls, name: str) -> str:
        zone_of(name)
        return name


class Message(Section):
    max_s: int = Field(180, description="Longest message.", ge=5)
    silence_s: int = Field(6, description="Silence that ends a message.", ge=1)
    review_s: float = Field(
        3, description="Silence after which a message is kept as it is; a key hears or repeats it.", ge=0.5
    )


class Recording(Section):
    bitrate_kbps: int = Field(
        32,
        description="Opus bit rate for both tracks together; below 24 Opus would fold the two into one.",
        ge=24,
        le=256,
    )
    min_free_mib: int = Field(200, description="Below this much free disk the recorder raises an alarm.")
    min_free_percent: int = Field(
        20,
        description="Below this share of free disk the recorder raises an alarm and removes the oldest "
        "copies it kept of verified recordings, percent; 0: off.",
        ge=0,
        le=90,
    )
    keep_staging_hours: float = Field(
        24.0,
        description="The two sides as the switch wrote them stay on the local disk for so long after the "
        "archive copy is verified, hours; 0: removed at once. They are not encrypted.",
        ge=0,
        le=24 * 30,
    )
    pause_max_s: int = Field(
        60,
        description="A recording a seat has paused (暂停录音) goes on by itself after this, seconds.",
        ge=5,
        le=600,
    )
    hold: bool = Field(True, description="Record a caller on hold, and the music it hears.")
    consult: bool = Field(
        False, description="Record what a seat and whom it consults (咨询) say, apart from the call."
    )
    whisper: bool = Field(
        False, description="Record what a leader whispers to a seat (耳语), apart from the call."
    )


class Transcribe(Section):
    model: str = Field("", description="Folder of a vosk model; empty: look where vosk looks.")
    model_name: str = Field("vosk-model-small-cn-0.22", description="Model vosk's downloader is asked for.")
    download: bool = Field(True, description="Let vosk's own downloader fetch that model once.")
    use_test_model: bool = Field(
        True, description="Fall back to the small test model; its output is labelled as such."
    )
    workers: int = Field(
        1,
        description="Recognisers at once, each a process of its own with the model in its memory.",
        ge=1,
        le=64,
    )
    nice: int = Field(10, description="How far recognisers stand back behind calls (nice).", ge=0, le=19)
    hear_twice: bool = Field(
        False,
        description="Hear badly understood stretches again with places and categories alone; only models "
        "with a dynamic graph can. Measure it first: python -m bench cer.",
    )
    skip_silence: bool = Field(
        True, description="Leave long silences out before recognition; word times stay the call's own."
    )


class Outbound(Section):
    """Calls to citizens: call-backs (回拨) and result visits (回访)."""

    caller_id: str = Field("", description="Number people see when we call them; empty: sip.did.")
    ring_s: int = Field(30, description="A citizen's phone rings this long.", ge=3, le=120)
    inbound_reserve: int = Field(
        10, description="Trunk channels no outbound call takes, so that inbound never waits.", ge=0
    )
    allow: list[str] = Field(
        [], description="Numbers we may call besides mainland mobiles and landlines, such as 12345678."
    )


class Callback(Section):
    """Call me back and keep my place (保留位置回拨), and missed calls (漏接回拨)."""

    attempts: int = Field(3, description="How often one citizen is called back.", ge=1, le=10)
    retry_s: int = Field(600, description="Seconds between two attempts.", ge=1)
    expiry_hours: int = Field(
        24, description="A call-back not reached for so long is given up.", ge=1, le=168
    )
    hours: str = Field(
        "daily 08:00-21:00",
        description="When citizens may be called back, written like opening hours: daily 08:00-21:00, "
        "08:30-12:00,14:00-17:30 (workdays), always.",
    )
    missed_after_s: int = Field(
        10, description="Who gives up after waiting this long for a person counts as missed (漏接).", ge=0
    )
    missed_dial: bool = Field(True, description="Call missed callers back as well, after those who asked.")

    @field_validator("hours")
    @classmethod
    def _hours_are_hours(cls, text: str) -> str:
        Hours.parse(text)
        return text


class Tts(Section):
    piper: str = Field("", description="Piper's command or path; empty: espeak-ng speaks everything.")
    piper_zh: str = Field("", description="Piper model (.onnx) for Mandarin; empty: espeak-ng.")
    piper_en: str = Field("", description="Piper model (.onnx) for English; empty: espeak-ng.")
    speed: int = Field(180, description="espeak-ng's speed, words a minute.", ge=80, le=300)


class House(Section):
    announcement_max_s: int = Field(120, description="Longest announcement or spoken article, seconds.", ge=5)
    upload_max_mib: int = Field(10, description="Largest uploaded sound file.", ge=1, le=100)
    flag_max_days: int = Field(
        90, description="A number is flagged for at most this many days.", ge=1, le=3650
    )


class Demo(Section):
    enabled: bool = Field(
        True, description="Create demo seats and accounts, with passwords made up per install."
    )
    seats: int = Field(4, description="How many demo seats, 1001 upwards.", ge=1, le=99)


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe level shown."
    )
