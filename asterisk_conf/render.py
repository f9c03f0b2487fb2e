"""Writes everything Asterisk reads, from the settings tree."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from asterisk_conf import forwards
from asterisk_conf.contract import CEL_FIELDS
from asterisk_conf.modules import modules
from core.settings import Settings
from core.trunks import E1Trunk, SipTrunk
from ivr import queues
from ivr.outbound.routes import dialplan_routes

TEMPLATES = Path(__file__).parent / "templates"
ALAW_BYTES_PER_S = 8000
#: Where Asterisk's package keeps what does not change, as Asterisk itself sees it.
SHARED_DATA = Path("/usr/share/asterisk")


@dataclass(frozen=True)
class SeatPhone:
    """A seat as the switch knows it: digits, and the secret its phones register with."""

    extension: str
    sip_secret: str
    #: Queues it serves → penalty: those of lower ones are rung first.
    queues: Mapping[str, int] = field(default_factory=lambda: {"general": 0})

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{3,6}", self.extension):
            raise ValueError(f"seat extension {self.extension!r}: three to six digits are needed")
        if not re.fullmatch(r"[A-Za-z0-9_-]{12,64}", self.sip_secret):
            raise ValueError(f"seat {self.extension}: its SIP secret must be 12-64 letters, digits, _ or -")


@dataclass(frozen=True)
class Secrets:
    """What only this instance knows."""

    ami: str
    #: Passwords carriers gave us, by trunk.
    trunks: Mapping[str, str] = field(default_factory=dict)
    #: PEM texts: our key and certificate, and who certifies carriers; only for trunks over TLS.
    certificate: str = ""
    authorities: str = ""

    def __post_init__(self) -> None:
        for name, secret in self.trunks.items():
            if not re.fullmatch(r"[!-~]{1,128}", secret):
                raise ValueError(f"trunk {name}: its password must be 1-128 printable letters, no spaces")


def our_numbers(did: str, area_code: str) -> list[str]:
    """How a carrier may write the hotline's number: as such, with area code, in national and E.164 form."""
    area = area_code.lstrip("0")
    return [did, f"0{area}{did}", f"{area}{did}", f"86{area}{did}", f"+86{area}{did}"]


def system_name(settings: Settings) -> str:
    """First part of every call id, different for each state folder."""
    return "h" + hashlib.sha256(str(settings.paths.state.resolve()).encode()).hexdigest()[:6]


def module_dir(settings: Settings) -> Path:
    """Where the Asterisk modules lie, as Asterisk itself sees the path.

    Raises:
        FileNotFoundError: no module folder under the native root or the host.
    """
    root = Path("/") if settings.paths.use_host_binaries else settings.paths.native
    found = sorted(root.glob("usr/lib/*/asterisk/modules")) + sorted(root.glob("usr/lib/asterisk/modules"))
    if not found:
        raise FileNotFoundError(f"no Asterisk modules below {root}: run `hotline setup`")
    return Path("/") / found[0].relative_to(root)


def render(settings: Settings, secrets: Secrets, seats: Sequence[SeatPhone]) -> Path:
    """Render every template into `<state>/asterisk/etc` and make the folders Asterisk writes to.

    Returns the configuration folder. Files hold secrets, so they are readable by owner and group only.
    """
    run, etc = settings.asterisk_dir, settings.asterisk_dir / "etc"
    below = ("etc/dialplan", "etc/dahdi", "lib/keys", "log/cel-custom", "spool")
    for folder in (*(run / name for name in below), settings.spool_dir):
        folder.mkdir(parents=True, exist_ok=True)
    environment = Environment(  # noqa: S701 - the output is Asterisk's configuration, not HTML
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True
    )
    values = _values(settings) | {"secrets": secrets, "seats": seats, "etc": etc, "run": run}
    for template in sorted(TEMPLATES.rglob("*.j2")):
        name = template.relative_to(TEMPLATES).as_posix()
        _write(etc / name.removesuffix(".j2"), environment.get_template(name).render(values))
    _write(etc / "sip-tls.pem", secrets.certificate)
    _write(etc / "sip-authorities.pem", secrets.authorities)
    _link_data(settings)
    return etc


def _write(target: Path, text: str) -> None:
    target.touch(mode=0o640)
    target.chmod(0o640)
    target.write_text(text, encoding="utf-8")


def _link_data(settings: Settings) -> None:
    """The switch's data folder: its own files, and our prompts as its only sounds, one folder a language.

    So what the switch says by itself (places in a queue, numbers) is our voice in the caller's language.
    """
    data, prompts = settings.asterisk_dir / "data", settings.prompts_dir.absolute()
    (data / "sounds").mkdir(parents=True, exist_ok=True)
    targets = {f"sounds/{language}": prompts / language for language in ("zh_CN", "en")}
    targets |= {name: SHARED_DATA / name for name in ("documentation", "static-http", "rest-api")}
    for name, target in targets.items():
        link = data / name
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)


def _values(settings: Settings) -> dict[str, object]:
    """What the templates are filled with, besides secrets and seats."""
    silence_bytes = settings.message.silence_s * ALAW_BYTES_PER_S
    return {
        "s": settings,
        "modules": module_dir(settings),
        "modules_to_load": modules(settings),
        "system_name": system_name(settings),
        "prompts": settings.prompts_dir / "zh_CN",
        "spool": settings.spool_dir,
        "numbers": our_numbers(settings.sip.did, settings.sip.area_code),
        "queues": queues.load(settings),
        "forwards": forwards.channels(settings),
        "transfer_routes": dialplan_routes(settings, "HL_NUMBER"),
        **trunk_values(settings),
        "cel_fields": list(CEL_FIELDS.values()),
        "dialplan_files": sorted(
            path.name.removesuffix(".j2") for path in (TEMPLATES / "dialplan").glob("*.conf.j2")
        ),
        # Half a second of anything besides the silence itself counts as a message.
        "empty_message_bytes": silence_bytes + ALAW_BYTES_PER_S // 2,
    }


def trunk_values(settings: Settings) -> dict[str, object]:
    """Trunks by kind, and what follows from there being several: numbers of groups, priority of clocks."""
    trunks = settings.trunk_table
    e1_trunks = {name: trunk for name, trunk in trunks.items() if isinstance(trunk, E1Trunk)}
    sip_trunks = {name: trunk for name, trunk in trunks.items() if isinstance(trunk, SipTrunk)}
    spans = [span for trunk in e1_trunks.values() for span in trunk.spans]
    return {
        "sip_trunks": sip_trunks,
        "e1_trunks": dict(e1_trunks),
        "transports": {trunk.transport for trunk in sip_trunks.values()},
        "groups": {name: number for number, name in enumerate(e1_trunks, start=1)},
        "timing": {span: number for number, span in enumerate(spans, start=1)},
    }
