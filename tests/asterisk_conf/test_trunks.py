"""Several SIP trunks in one pjsip.conf: each with its own addresses, transport, password and limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from asterisk_conf.modules import modules
from asterisk_conf.render import Secrets, render
from core.settings import Ivr, Paths, Settings, Sip
from core.trunks import SipTrunk
from tests.asterisk_conf.test_render import _sections, _text

PASSWORD = "given;by#the[carrier]"
TRUNKS = {
    "plain": SipTrunk(addresses=["192.0.2.7"], channels=60, codecs=["alaw", "g722"], reliable_ringing="no"),
    "ims": SipTrunk(
        addresses=["198.51.100.0/24"],
        contact="198.51.100.1:5070",
        transport="tcp",
        register_at="198.51.100.2:5060",
        user="+8641112319@ims.example.org",
        session_timers="required",
        asserted_identity=False,
    ),
    "secure": SipTrunk(addresses=["203.0.113.5"], transport="tls", srtp=True, qualify_s=0),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    authorities = tmp_path / "ca.pem"
    authorities.write_text("made-up-authority")
    sip = Sip(tls_authorities=authorities, tls_port=5071)
    return Settings(paths=Paths(state=tmp_path), trunks=TRUNKS, sip=sip, ivr=Ivr(ports=7))


@pytest.fixture
def etc(settings: Settings) -> Path:
    secrets = Secrets(
        ami="made-up-ami-secret",
        trunks={"ims": PASSWORD},
        certificate="made-up-certificate",
        authorities="made-up-authority",
    )
    return render(settings, secrets, [])


def _of(etc: Path, trunk: str, kind: str) -> list[str]:
    """Settings of one object of a trunk; its endpoint's are `type = endpoint` by template."""
    sections = _sections(_text(etc, "pjsip.conf"))
    found = [rows for name, rows in sections.items() if name.rstrip("'") == f"trunk-{trunk}"]
    wanted = [rows for rows in found if (rows[0] == f"type = {kind}")]
    return wanted[0] if wanted else found[0]


def test_each_trunk_is_its_own_endpoint(etc: Path) -> None:
    plain, ims, secure = (_of(etc, name, "endpoint") for name in TRUNKS)
    for row in (
        "transport = transport-udp",
        "allow = alaw,g722",
        "100rel = no",
        "set_var = HL_TRUNK=plain",
        "set_var = HL_TRUNK_LIMIT=60",
        "trust_id_inbound = yes",
        "dtmf_mode = auto",
    ):
        assert row in plain
    for row in ("transport = transport-tcp", "timers = required", "send_pai = no", "from_user = +8641112319"):
        assert row in ims
    assert {"transport = transport-tls", "media_encryption = sdes"} <= set(secure)
    assert not [row for row in [*plain, *ims] if "media_encryption" in row]


def test_registration_and_its_password(etc: Path) -> None:
    registration = _of(etc, "ims", "registration")
    assert "server_uri = sip:198.51.100.2:5060" in registration
    assert "client_uri = sip:+8641112319@ims.example.org" in registration
    assert "username = +8641112319@ims.example.org" in _of(etc, "ims", "auth")
    assert "password = given\\;by#the[carrier]" in _of(etc, "ims", "auth"), "; would begin a comment"
    text = _text(etc, "pjsip.conf")
    assert text.count("type = registration") == 1
    assert text.count("outbound_auth") == 2, "the endpoint's and the registration's"


def test_watch_and_way_out(etc: Path) -> None:
    assert "contact = sip:192.0.2.7:5060" in _of(etc, "plain", "aor")
    assert "qualify_frequency = 30" in _of(etc, "plain", "aor")
    assert "contact = sip:198.51.100.1:5070;transport=tcp" in _of(etc, "ims", "aor")
    assert "contact = sip:203.0.113.5:5061;transport=tls" in _of(etc, "secure", "aor")
    assert "qualify_frequency = 0" in _of(etc, "secure", "aor")


def test_tls_only_where_it_is_wanted(etc: Path, tmp_path: Path) -> None:
    tls = _sections(_text(etc, "pjsip.conf"))["transport-tls"]
    assert {"bind = 127.0.0.1:5071", "method = tlsv1_2", "verify_server = yes"} <= set(tls)
    assert (etc / "sip-tls.pem").read_text() == "made-up-certificate"
    bare = render(Settings(paths=Paths(state=tmp_path / "bare")), Secrets(ami="made-up-ami-secret"), [])
    assert not {"transport-tls", "transport-tcp"} & set(_sections(_text(bare, "pjsip.conf")))


def test_modules_come_with_the_trunks_that_need_them(settings: Settings, tmp_path: Path) -> None:
    assert "res_pjsip_outbound_registration" in modules(settings)
    assert "res_pjsip_outbound_registration" not in modules(Settings(paths=Paths(state=tmp_path)))


def test_ports_of_the_ivr_reach_the_dialplan(etc: Path) -> None:
    assert "HL_IVR_PORTS = 7" in _text(etc, "extensions.conf").splitlines()


@pytest.mark.parametrize("secret", ["", "with space", "line\nbreak", "x" * 129, "umlautä"])
def test_passwords_that_are_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="trunk ims: its password") as refused:
        Secrets(ami="a", trunks={"ims": secret})
    assert not secret or secret not in str(refused.value), "a secret is never part of a message"
