"""Trunks (中继) as settings: what joins the hotline to a carrier, one table `[trunks.NAME]` each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from core.section import Section

#: Part of channel names, section names and metrics, so it stays short and plain.
NAME = re.compile(r"[a-z][a-z0-9_]{0,15}")
#: Bearer channels of an E1 span signalled by PRI (30B+D).
BEARERS = 30
#: Time slots of an E1 span that DAHDI numbers; slot 0 carries the frame.
SLOTS = 31
#: Slot of the D channel.
D_SLOT = 16
SIP_PORT, SIPS_PORT = 5060, 5061

Codec = Literal["alaw", "ulaw", "g722"]


class SipTrunk(Section):
    """A SIP trunk, such as a carrier's IMS; known by its addresses, with or without registration."""

    kind: Literal["sip"] = Field("sip", description="sip: over the IP network.")
    addresses: list[str] = Field(
        min_length=1,
        examples=[["192.0.2.7"]],
        description="Addresses or networks the carrier calls from; nobody else is let in without a password.",
    )
    contact: str = Field(
        "", description="address:port that calls out and the watch go to; empty: the first of `addresses`."
    )
    transport: Literal["udp", "tcp", "tls"] = Field("udp", description="How SIP messages travel.")
    srtp: bool = Field(False, description="Encrypt the sound (SDES); use it with transport tls only.")
    codecs: list[Codec] = Field(
        ["alaw"], min_length=1, description="Codecs in order; the prompts are A-law, so keep alaw first."
    )
    channels: int = Field(
        90, description="Calls the carrier sold on this trunk, both directions.", ge=1, le=2000
    )
    order: int = Field(10, description="Calls out try the trunk with the lowest number first.", ge=0)
    register_at: str = Field("", description="address:port of the carrier's registrar; empty: none.")
    user: str = Field(
        "",
        description="Name the carrier knows us by; its password lies in <state>/secrets/trunk-NAME.",
        pattern=r"^[A-Za-z0-9@._+-]{0,64}$",
    )
    qualify_s: int = Field(
        30, description="Ask the trunk for life (OPTIONS) this often, seconds; 0: never.", ge=0, le=3600
    )
    dtmf: Literal["auto", "rfc4733", "info", "inband"] = Field(
        "auto", description="Keys: auto is RFC 4733 where offered, else tones; INFO is always understood."
    )
    session_timers: Literal["no", "yes", "required"] = Field("yes", description="RFC 4028.")
    reliable_ringing: Literal["no", "yes", "required"] = Field("yes", description="100rel, RFC 3262.")
    asserted_identity: bool = Field(True, description="Believe and send P-Asserted-Identity.")

    @field_validator("addresses")
    @classmethod
    def _addresses(cls, values: list[str]) -> list[str]:
        for value in values:
            ip_network(value)  # a name would have to be asked for, and a dead name server would hold us up
        return values

    @field_validator("contact", "register_at")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value:
            host, _, port = value.rpartition(":")
            ip_address(host.strip("[]"))
            if not port.isdecimal() or not 0 < int(port) < 65536:
                raise ValueError(f"{value!r}: address:port is needed")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> SipTrunk:
        if self.srtp and self.transport != "tls":
            raise ValueError("srtp sends its keys in SIP messages; it needs transport tls")
        if self.register_at and not self.user:
            raise ValueError("register_at needs user")
        if not self.contact and "/" in self.addresses[0]:
            raise ValueError("contact is needed, since the first of addresses is a network")
        return self

    @property
    def target(self) -> str:
        """address:port of the carrier."""
        host = f"[{self.addresses[0]}]" if ":" in self.addresses[0] else self.addresses[0]
        return self.contact or f"{host}:{SIPS_PORT if self.transport == 'tls' else SIP_PORT}"


class E1Trunk(Section):
    """E1 spans with PRI signalling (30B+D), driven by DAHDI."""

    kind: Literal["e1"] = Field("e1", description="e1: over E1 spans of a DAHDI card.")
    spans: list[Annotated[int, Field(ge=1, le=64)]] = Field(
        [1, 2, 3], min_length=1, description="DAHDI's numbers of the spans, 30 calls each."
    )
    crc4: bool = Field(True, description="CRC4 multiframe; as the carrier says.")
    switch_type: Literal["euroisdn", "qsig", "national"] = Field("euroisdn", description="ISDN dialect.")
    signalling: Literal["pri_cpe", "pri_net"] = Field("pri_cpe", description="We are the customer's side.")
    overlap: bool = Field(False, description="The carrier sends the dialled number digit by digit.")
    echo_canceller: Literal["mg2", "kb1", "sec2", "hwec", "none"] = Field(
        "mg2", description="Echo canceller of the bearer channels."
    )
    channels: int = Field(
        0, description="Calls at once, both directions; 0: 30 on each span.", ge=0, le=64 * BEARERS
    )
    order: int = Field(20, description="Calls out try the trunk with the lowest number first.", ge=0)

    @field_validator("spans")
    @classmethod
    def _spans_differ(cls, values: list[int]) -> list[int]:
        if len(set(values)) != len(values):
            raise ValueError("a span is named twice")
        return values

    @property
    def limit(self) -> int:
        """Calls at once."""
        return self.channels or BEARERS * len(self.spans)


def _kind(trunk: Any) -> str:
    """Which kind a table describes; one that does not say is a SIP trunk."""
    return str(trunk.get("kind", "sip") if isinstance(trunk, dict) else getattr(trunk, "kind", "sip"))


Trunk = Annotated[Annotated[SipTrunk, Tag("sip")] | Annotated[E1Trunk, Tag("e1")], Discriminator(_kind)]
#: Trunks by name.
Trunks = dict[str, Trunk]


def check(trunks: Mapping[str, SipTrunk | E1Trunk]) -> None:
    """What no trunk can know by itself.

    Raises:
        ValueError: a bad name, or two trunks share an address or a span.
    """
    owners: dict[str, str] = {}
    for name, trunk in trunks.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"trunk {name!r}: a name is 1-16 of a-z, 0-9 and _, a letter first")
        if isinstance(trunk, SipTrunk):
            marks = [str(ip_network(address)) for address in trunk.addresses]
        else:
            marks = [f"span {span}" for span in trunk.spans]
        for mark in marks:
            if mark in owners:
                raise ValueError(f"trunks {owners[mark]!r} and {name!r} both have {mark}")
            owners[mark] = name


def limit(trunk: SipTrunk | E1Trunk) -> int:
    """Calls at once on `trunk`, both directions."""
    return trunk.channels if isinstance(trunk, SipTrunk) else trunk.limit
