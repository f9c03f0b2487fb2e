"""A port that cannot be had is named with its setting and, where the kernel tells, its holder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Agi, Ami, Paths, Redis, Seats, Settings, Sip, Web
from core.trunks import SipTrunk
from hotline import ports
from hotline.refusal import Refusal

HOST = "127.0.0.31"


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Free ports on an address no other test listens on."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(5)]
    for probe in probes:
        probe.bind((HOST, 0))
    web, ws, ami, agi, redis = (probe.getsockname()[1] for probe in probes)
    for probe in probes:
        probe.close()
    yield Settings(
        paths=Paths(state=tmp_path),
        sip=Sip(host=HOST, port=7299, rtp_start=20000, rtp_end=20199),
        web=Web(host=HOST, port=web),
        seats=Seats(ws_host=HOST, ws_port=ws),
        ami=Ami(host=HOST, port=ami),
        agi=Agi(host=HOST, port=agi),
        redis=Redis(host=HOST, port=redis),
    )


def test_free_ports_are_no_problem(settings: Settings) -> None:
    ports.check(settings)


def test_a_tcp_port_in_use_is_named_with_setting_and_holder(settings: Settings) -> None:
    with socket.create_server((HOST, settings.web.port)), pytest.raises(Refusal) as refusal:
        ports.check(settings)
    assert f"TCP port {settings.web.port} on {HOST} (setting web.port) is in use" in str(refusal.value)
    assert f"(process {os.getpid()})" in str(refusal.value)


def test_a_udp_port_in_use_is_found_although_the_same_tcp_port_is_free(settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HOST, settings.sip.port))
        with pytest.raises(Refusal, match=r"UDP port 7299 on 127\.0\.0\.31 \(setting sip\.port\) is in use"):
            ports.check(settings)


def test_every_port_in_use_is_named_at_once(settings: Settings) -> None:
    with (
        socket.create_server((HOST, settings.agi.port)),
        socket.create_server((HOST, settings.ami.port)),
        pytest.raises(Refusal) as refusal,
    ):
        ports.check(settings)
    assert "agi.port" in str(refusal.value)
    assert "ami.port" in str(refusal.value)


def test_a_port_named_twice_is_a_mistake_of_the_settings(settings: Settings) -> None:
    twice = settings.model_copy(update={"agi": Agi(host=HOST, port=settings.ami.port)})
    with pytest.raises(Refusal, match=r"ami\.port and agi\.port both name TCP port"):
        ports.check(twice)


def test_an_address_of_another_machine_is_said_to_be_one(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"web": Web(host="192.0.2.1", port=8319)})
    with pytest.raises(Refusal, match=r"192\.0\.2\.1 is no address of this machine \(setting web\.host\)"):
        ports.check(elsewhere)


def test_too_few_rtp_ports_are_refused(settings: Settings) -> None:
    narrow = settings.model_copy(update={"sip": settings.sip.model_copy(update={"rtp_end": 20010})})
    with pytest.raises(Refusal, match=r"sip\.rtp_start and sip\.rtp_end"):
        ports.check(narrow)


def test_ports_of_tcp_and_tls_trunks_are_looked_at_too(settings: Settings) -> None:
    trunks = {
        "a": SipTrunk(addresses=["192.0.2.1"], transport="tcp"),
        "b": SipTrunk(addresses=["192.0.2.2"], transport="tls"),
    }
    wanted = settings.model_copy(update={"trunks": trunks})
    with socket.create_server((HOST, settings.sip.port)):
        ports.check(settings)
        with pytest.raises(Refusal, match=r"TCP port 7299 on 127\.0\.0\.31 \(setting sip\.port\)"):
            ports.check(wanted)
    assert "sip.tls_port" in {listen.setting for listen in ports.listens(wanted)}
