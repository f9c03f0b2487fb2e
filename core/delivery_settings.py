"""Settings of what we send to machines outside: SMS gateways, other platforms, webhooks."""

from __future__ import annotations

from ipaddress import ip_network

from pydantic import Field, field_validator

from core.section import Section


class Delivery(Section):
    """Signed HTTP to gateways and platforms (core.delivery)."""

    timeout_s: float = Field(
        10, description="A receiver answers within this, seconds; then we try again later.", gt=0, le=60
    )
    private_networks: list[str] = Field(
        [],
        description="Networks of your own that receivers may lie in, such as 10.20.0.0/16; other addresses "
        "that are not public are refused. Only there may a receiver be reached without TLS (http://).",
    )

    @field_validator("private_networks")
    @classmethod
    def _are_networks(cls, given: list[str]) -> list[str]:
        for one in given:
            ip_network(one)
        return given
