"""What Asterisk is given to read: facts that must hold in every rendered configuration."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from asterisk_conf.contract import CEL_FIELDS
from asterisk_conf.modules import MODULES
from asterisk_conf.render import SeatPhone, Secrets, module_dir, our_numbers, render, system_name
from core.settings import Message, Paths, Queue, Settings, Sip

SECRET = "made-up-sip-secret"
AMI = "made-up-ami-secret"
SEATS = [SeatPhone("1001", SECRET + "-1"), SeatPhone("1002", SECRET + "-2")]
TRUNKS = ["127.0.0.2", "192.0.2.7"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        paths=Paths(state=tmp_path),
        sip=Sip(trunk_addresses=TRUNKS, port=8260),
        queue=Queue(max_wait_s=17, ring_s=9, wrap_up_s=3),
        message=Message(silence_s=4, max_s=60),
    )


@pytest.fixture
def etc(settings: Settings) -> Path:
    return render(settings, Secrets(ami=AMI), SEATS)


def _text(etc: Path, name: str) -> str:
    """A file without its comments."""
    rows = (etc / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(row for row in rows if not row.startswith(";"))


def _all(etc: Path) -> dict[str, str]:
    return {
        p.relative_to(etc).as_posix(): _text(etc, p.relative_to(etc).as_posix()) for p in etc.rglob("*.conf")
    }


def _sections(text: str) -> dict[str, list[str]]:
    """Section → its settings; a name that comes twice (endpoint, aor, auth) gets a number."""
    found: dict[str, list[str]] = {}
    name = ""
    for row in text.splitlines():
        if header := re.match(r"\[([^\]]+)\]", row):
            name = header[1]
            while name in found:
                name += "'"
            found[name] = []
        elif row.strip():
            found[name].append(row.strip())
    return found


def test_the_trunk_is_known_by_the_settings_addresses_only(etc: Path) -> None:
    matches = [row for text in _all(etc).values() for row in text.splitlines() if row.startswith("match")]
    assert matches == [f"match = {address}" for address in TRUNKS]
    sections = _sections(_text(etc, "pjsip.conf"))
    kinds = {row for name, rows in sections.items() if "trunk-" in name for row in rows if "type" in row}
    assert kinds == {"type = identify", "type = aor"}, "and the endpoint, from its template"


def test_no_event_somebody_hears_is_disabled(etc: Path) -> None:
    text = _text(etc, "manager.conf")
    [disabled] = re.findall(r"^disabledevents = (\S+)$", text, re.MULTILINE)
    heard = set(re.findall(r"name\((\w+)\)", text))
    assert heard
    assert not heard & set(disabled.split(","))


def test_only_the_manager_permits_and_only_loopback(etc: Path) -> None:
    permits = [
        (name, r) for name, text in _all(etc).items() for r in text.splitlines() if r.startswith("permit")
    ]
    assert set(permits) == {("manager.conf", "permit = 127.0.0.1/255.255.255.255")}
    assert "deny = 0.0.0.0/0.0.0.0" in _text(etc, "manager.conf")


def test_nobody_is_let_in_without_a_name(etc: Path) -> None:
    text = _text(etc, "pjsip.conf")
    assert "anonymous" not in text
    assert "allow_guest" not in text
    sections = _sections(text)
    for seat in SEATS:
        for name in (seat.extension, seat.extension + "w"):
            assert f"auth = {name}" in sections[name]
            assert f"password = {seat.sip_secret}" in sections[name + "''"]
            assert f"set_var = HL_SEAT={seat.extension}" in sections[name]


def test_trunk_and_seats_land_in_their_own_contexts(etc: Path) -> None:
    sections = _sections(_text(etc, "pjsip.conf"))
    contexts = {name: row for name, rows in sections.items() for row in rows if row.startswith("context")}
    assert contexts == {
        "trunk": "context = from-trunk",
        "seat-phone": "context = from-seat",
        "seat-browser": "context = from-seat",
    }


def test_trunk_speaks_alaw_only(etc: Path) -> None:
    sections = _sections(_text(etc, "pjsip.conf"))
    assert "disallow = all" in sections["trunk"]
    trunk = sections["trunk-demo"]
    assert [row for row in trunk if row.startswith("allow =")] == ["allow = alaw"]


def test_nobody_else_reads_the_files(etc: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in etc.rglob("*.conf")}
    assert set(modes.values()) == {0o640}, modes


def test_secrets_are_only_where_they_belong(etc: Path) -> None:
    holders = {name for name, text in _all(etc).items() if SECRET in text or AMI in text}
    assert holders == {"pjsip.conf", "manager.conf"}


def test_addresses_are_those_of_the_settings(etc: Path) -> None:
    assert "bind = 127.0.0.1:8260" in _text(etc, "pjsip.conf")
    bound = re.findall(r"bind(?:addr)? = (\S+)", "\n".join(_all(etc).values()))
    assert {address.split(":")[0] for address in bound} == {"127.0.0.1"}
    media = re.findall(r"^media_address = (\S+)", _text(etc, "pjsip.conf"), re.MULTILINE)
    assert set(media) == {"127.0.0.1"}, "set outright: a dead name server is never asked"


def test_every_dialplan_file_is_included(etc: Path) -> None:
    included = set(re.findall(r'#include "(dialplan/[^"]+)"', (etc / "extensions.conf").read_text()))
    assert included == {f"dialplan/{path.name}" for path in (etc / "dialplan").iterdir()}


def test_settings_reach_the_dialplan(etc: Path, settings: Settings) -> None:
    assert "exten => general,1,Set(HL_MAX_WAIT=17)" in _text(etc, "dialplan/queue.conf")
    text = _text(etc, "extensions.conf")
    for row in (
        "HL_MESSAGE_MAX = 60",
        "HL_MESSAGE_SILENCE = 4",
        "HL_MESSAGE_EMPTY_BYTES = 36000",
        f"HL_SPOOL = {settings.spool_dir}",
        f"HL_PROMPTS = {settings.prompts_dir / 'zh_CN'}",
        "HL_AGI = agi://127.0.0.1:4573",
    ):
        assert row in text.splitlines()
    queues = _text(etc, "queues.conf")
    assert "timeout = 9" in queues
    assert "wrapuptime = 2" in queues
    assert "exten => 1002,1,Dial(PJSIP/1002&PJSIP/1002w,9)" in _text(etc, "dialplan/from-seat.conf")


def test_an_event_line_is_percent_encoded_field_by_field(etc: Path) -> None:
    [row] = [row for row in _text(etc, "cel_custom.conf").splitlines() if "=>" in row]
    fields = row.partition("=> ")[2].split(" ")
    assert fields == [f"${{URIENCODE({source})}}" for source in CEL_FIELDS.values()]


def test_nothing_is_left_to_fill_in(etc: Path) -> None:
    for name, text in _all(etc).items():
        assert not re.search(r"\{\{|\}\}|\{%", text), name


def test_modules_that_could_start_programs_are_not_loaded(etc: Path) -> None:
    assert "autoload = no" in _text(etc, "modules.conf")
    assert not {"app_system", "func_shell", "app_externalivr", "res_ari", "app_originate"} & set(MODULES)
    assert len(MODULES) == len(set(MODULES))
    there = {path.stem for path in _host_modules()}
    assert set(MODULES) <= there, sorted(set(MODULES) - there)


def _host_modules() -> list[Path]:
    settings = Settings()
    inside = module_dir(settings)
    root = Path("/") if settings.paths.use_host_binaries else settings.paths.native
    return list((root / inside.relative_to("/")).glob("*.so"))


def test_rendering_twice_changes_nothing_and_drops_seats_that_left(etc: Path, settings: Settings) -> None:
    before = _all(etc)
    assert _all(render(settings, Secrets(ami=AMI), SEATS)) == before
    after = _all(render(settings, Secrets(ami=AMI), SEATS[:1]))
    assert not [name for name, text in after.items() if "1002" in text]


def test_two_instances_never_share_a_call_id(tmp_path: Path) -> None:
    names = [system_name(Settings(paths=Paths(state=tmp_path / name))) for name in "ab"]
    assert names[0] != names[1]
    for name in names:
        assert re.fullmatch(r"h[0-9a-f]{6}", name)


@pytest.mark.parametrize(
    "extension", ["", "12", "1234567", "10a1", "1001\n", "1001]", "１００１", "../1", "*11"]
)
def test_extensions_that_are_refused(extension: str) -> None:
    with pytest.raises(ValueError, match="three to six digits"):
        SeatPhone(extension, SECRET)


@pytest.mark.parametrize(
    "secret", ["", "short", "x" * 65, "with space here", "line\nbreak-here", "semi;colon-here"]
)
def test_secrets_that_are_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="SIP secret") as refused:
        SeatPhone("1001", secret)
    assert not secret or secret not in str(refused.value), "a secret is never part of a message"


def test_how_carriers_write_our_number() -> None:
    assert our_numbers("12319", "0411") == ["12319", "041112319", "41112319", "8641112319", "+8641112319"]
    assert our_numbers("12319", "010")[1:] == ["01012319", "1012319", "861012319", "+861012319"]


def test_no_bridge_passes_packets_through() -> None:
    """Or whole voices would be missing from recordings: docs/decisions/0013-all-bridges-mix.md."""
    assert "bridge_softmix" in MODULES
    assert not {"bridge_simple", "bridge_native_rtp"} & set(MODULES)
