"""Phones' configuration: nothing in a name can become a setting of its own."""

from __future__ import annotations

from xml.etree import ElementTree

from ivr.provisioning.files import linphone, qr_svg, yealink, zoiper
from ivr.provisioning.phone import PhoneAccount

ACCOUNT = PhoneAccount("192.0.2.1", 5060, "1001", "made-up&secret", '坐席 <1>"\naccount.2.enable = 1')
_SPACE = "{http://www.linphone.org/xsds/lpconfig.xsd}"


def test_linphone_registers_with_it() -> None:
    root = ElementTree.fromstring(linphone(ACCOUNT))  # noqa: S314 - our own text
    values = {
        (section.get("name"), entry.get("name")): entry.text
        for section in root.iter(f"{_SPACE}section")
        for entry in section.iter(f"{_SPACE}entry")
    }
    assert values["auth_info_0", "passwd"] == "made-up&secret"
    assert values["auth_info_0", "realm"] == "hotline"
    assert values["proxy_0", "reg_proxy"] == "<sip:192.0.2.1:5060;transport=udp>"
    assert str(values["proxy_0", "reg_identity"]).count('"') == 2


def test_yealink_has_one_line_a_value() -> None:
    rows = yealink(ACCOUNT).splitlines()
    assert "account.1.password = made-up&secret" in rows
    assert not any(row.startswith("account.2") for row in rows)


def test_zoiper_and_the_code_to_scan() -> None:
    assert zoiper(ACCOUNT) == "1001@192.0.2.1:5060\nmade-up&secret"
    svg = ElementTree.fromstring(qr_svg(zoiper(ACCOUNT)))  # noqa: S314 - our own text
    assert svg.tag.endswith("svg")
