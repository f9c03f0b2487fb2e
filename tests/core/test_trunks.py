"""Trunks as settings: what fits, and what is refused with a sentence that helps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from core.settings import Settings, Sip
from core.trunks import E1Trunk, SipTrunk, limit

FILE = """
[trunks.city]
kind = "sip"
addresses = ["192.0.2.7", "198.51.100.0/24"]
channels = 60
order = 1

[trunks.copper]
kind = "e1"
"""


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOTLINE_CONFIG", str(tmp_path / "hotline.toml"))


def test_the_demo_trunk_is_there_unless_others_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    demo = Settings().trunk_table["demo"]
    assert isinstance(demo, SipTrunk)
    assert (demo.addresses, demo.target, demo.qualify_s) == (["127.0.0.2"], "127.0.0.2:5060", 0)
    monkeypatch.setenv("HOTLINE_SIP_TRUNK_ADDRESSES", '["192.0.2.9"]')
    monkeypatch.setenv("HOTLINE_SIP_TRUNK_CHANNELS", "5")
    changed = Settings()
    assert changed.carrier_addresses == ["192.0.2.9"]
    assert {name: limit(trunk) for name, trunk in changed.trunk_table.items()} == {"demo": 5}


def test_tables_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "hotline.toml").write_text(FILE)
    settings = Settings()
    assert {name: trunk.kind for name, trunk in settings.trunk_table.items()} == {
        "city": "sip",
        "copper": "e1",
    }
    assert [limit(trunk) for trunk in settings.trunk_table.values()] == [60, 90]
    assert settings.carrier_addresses == ["192.0.2.7", "198.51.100.0/24"]


def test_trunks_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_TRUNKS", '{"city": {"kind": "sip", "addresses": ["192.0.2.7"]}}')
    assert list(Settings().trunk_table) == ["city"]


def _sip(**fields: Any) -> dict[str, Any]:
    return {"kind": "sip", "addresses": ["192.0.2.7"], **fields}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a host name": ({"city": _sip(addresses=["sip.example.org"])}, "does not appear to be"),
    "no address": ({"city": _sip(addresses=[])}, "at least 1 item"),
    "a contact without port": ({"city": _sip(contact="192.0.2.7")}, "does not appear to be"),
    "a contact with a bad port": ({"city": _sip(contact="192.0.2.7:99999")}, "address:port is needed"),
    "only a network": ({"city": _sip(addresses=["192.0.2.0/24"])}, "contact is needed"),
    "keys of SRTP in clear": ({"city": _sip(srtp=True)}, "needs transport tls"),
    "registration as nobody": ({"city": _sip(register_at="192.0.2.7:5060")}, "needs user"),
    "a user that would be a new line": ({"city": _sip(user="a\nb")}, "pattern"),
    "a codec we do not have": ({"city": _sip(codecs=["g729"])}, "'alaw', 'ulaw' or 'g722'"),
    "a typing mistake": ({"city": _sip(chanels=3)}, "Extra inputs are not permitted"),
    "a kind there is not": ({"city": {"kind": "isdn"}}, "'sip', 'e1'"),
    "a name that is none": ({"City 1": _sip()}, "a name is 1-16 of a-z"),
    "one address twice": ({"city": _sip(), "other": _sip()}, "'city' and 'other' both have 192.0.2.7/32"),
    "one span twice": (
        {"a": {"kind": "e1", "spans": [1]}, "b": {"kind": "e1", "spans": [1]}},
        "'a' and 'b' both have span 1",
    ),
    "a span twice in a trunk": ({"a": {"kind": "e1", "spans": [1, 1]}}, "named twice"),
    "span 0": ({"a": {"kind": "e1", "spans": [0]}}, "greater than or equal to 1"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_what_does_not_fit(mistake: str) -> None:
    trunks, words = REFUSED[mistake]
    with pytest.raises(ValidationError, match=words):
        Settings(trunks=trunks)


def test_where_calls_out_go() -> None:
    assert SipTrunk(addresses=["192.0.2.7"], transport="tls").target == "192.0.2.7:5061"
    assert SipTrunk(addresses=["2001:db8::7"]).target == "[2001:db8::7]:5060"
    assert SipTrunk(addresses=["192.0.2.0/24"], contact="192.0.2.8:5070").target == "192.0.2.8:5070"


def test_an_e1_trunk_carries_thirty_calls_a_span_unless_told_otherwise() -> None:
    assert E1Trunk(spans=[2]).limit == 30
    assert E1Trunk(spans=[1, 2], channels=45).limit == 45


def test_the_demo_trunk_needs_an_address_too() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        _ = Settings(sip=Sip(trunk_addresses=[])).trunk_table


def test_a_trunk_that_does_not_say_is_a_sip_trunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_TRUNKS", '{"city": {"addresses": ["192.0.2.7"]}}')
    assert Settings().trunks["city"].kind == "sip"
