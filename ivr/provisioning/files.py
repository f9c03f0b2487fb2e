"""SIP phones' configuration as text: Linphone (XML), Yealink (cfg), Zoiper (to copy), QR codes. Pure."""

from __future__ import annotations

import io
import re
from xml.sax.saxutils import escape, quoteattr

import segno

from ivr.provisioning.phone import REALM, PhoneAccount

#: What may stand in a line of a phone's configuration as it is: anything else could begin another line.
_UNFIT = re.compile(r"[\x00-\x1f\x7f]")


def linphone(account: PhoneAccount) -> str:
    """Linphone's remote provisioning (lpconfig XML)."""
    proxy = f"<sip:{account.server}:{account.port};transport={account.transport}>"
    name = account.display_name.replace('"', "'")
    identity = f'"{name}" <sip:{account.user}@{account.server}>'
    sections = {
        "auth_info_0": {
            "username": account.user,
            "userid": account.user,
            "passwd": account.password,
            "realm": REALM,
            "domain": account.server,
        },
        "proxy_0": {
            "reg_proxy": proxy,
            "reg_identity": identity,
            "reg_expires": "120",
            "reg_sendregister": "1",
            "publish": "0",
        },
        "sip": {"default_proxy": "0", "media_encryption": "none"},
        "audio_codec_0": {"mime": "PCMA", "rate": "8000", "enabled": "1"},
    }
    rows = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">',
    ]
    for section, entries in sections.items():
        rows.append(f"  <section name={quoteattr(section)}>")
        rows += [
            f'    <entry name={quoteattr(name)} overwrite="true">{escape(_fit(value))}</entry>'
            for name, value in entries.items()
        ]
        rows.append("  </section>")
    return "\n".join([*rows, "</config>", ""])


def yealink(account: PhoneAccount) -> str:
    """A Yealink desk phone's account 1."""
    values = {
        "account.1.enable": "1",
        "account.1.label": account.display_name,
        "account.1.display_name": account.display_name,
        "account.1.auth_name": account.user,
        "account.1.user_name": account.user,
        "account.1.password": account.password,
        "account.1.sip_server.1.address": account.server,
        "account.1.sip_server.1.port": str(account.port),
        "account.1.sip_server.1.transport_type": "0",
        "account.1.sip_server.1.expires": "120",
        "account.1.codec.pcma.enable": "1",
        "account.1.codec.pcma.priority": "1",
        # The desk rings it with "answer by yourself" when a call is resumed or made by a click.
        "features.intercom.allow": "1",
        "account.1.auto_answer": "0",
    }
    rows = [f"{name} = {_fit(value)}" for name, value in values.items()]
    return "\n".join(["#!version:1.0.0.1", *rows, ""])


def zoiper(account: PhoneAccount) -> str:
    """What to copy into Zoiper's log-in page: user@server:port and the password."""
    return f"{account.user}@{account.server}:{account.port}\n{account.password}"


def qr_svg(text: str) -> str:
    """`text` as a QR code, an SVG element to put into a page."""
    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", scale=4, border=2, xmldecl=False, svgns=True, dark="#000", light="#fff")
    return out.getvalue().decode()


def _fit(value: str) -> str:
    return _UNFIT.sub(" ", value)
