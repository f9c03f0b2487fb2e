"""How wrong passwords are counted."""

from __future__ import annotations

import ipaddress

import pytest

from ivr.lockout.counter import WINDOW_S, Attempt, Counter, attempt_of

EVENT = {
    "event": "ChallengeResponseFailed",
    "service": "PJSIP",
    "accountid": "1001",
    "remoteaddress": "IPV4/UDP/10.0.0.7/5060",
}


def test_an_event_is_read() -> None:
    assert attempt_of(EVENT) == Attempt("10.0.0.7", "1001")
    assert attempt_of(EVENT | {"remoteaddress": "IPV6/TCP/2001:db8::7/5060"}) == Attempt(
        "2001:db8::7", "1001"
    )
    assert attempt_of(EVENT | {"accountid": "1\r\n0" + "9" * 99}) == Attempt("10.0.0.7", "10" + "9" * 62)


@pytest.mark.parametrize(
    "changes",
    [
        {"event": "SuccessfulAuth"},
        {"service": "AMI"},
        {"remoteaddress": ""},
        {"remoteaddress": "IPV4/UDP/not-an-address/5060"},
    ],
)
def test_what_is_none(changes: dict[str, str]) -> None:
    assert attempt_of(EVENT | changes) is None


def test_enough_within_the_window() -> None:
    counter, one = Counter(3), Attempt("10.0.0.7", "1001")
    assert [counter.note(one, at) for at in (0.0, 1.0, 2.0, 3.0)] == [0, 0, 3, 0], "then counted anew"
    late = Counter(3)
    assert [late.note(one, at) for at in (0.0, 1.0, WINDOW_S + 0.5, WINDOW_S + 0.6)] == [0, 0, 0, 3]


def test_each_address_is_counted_by_itself_whatever_seat_it_tries() -> None:
    counter = Counter(2)
    assert counter.note(Attempt("10.0.0.7", "1001"), 0.0) == 0
    assert counter.note(Attempt("10.0.0.8", "1001"), 0.0) == 0
    assert counter.note(Attempt("10.0.0.7", "1002"), 0.0) == 2


def test_the_memory_is_bounded() -> None:
    counter = Counter(5)
    for number in range(12_000):
        counter.note(Attempt(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "1001"), 0.0)
    assert len(counter._tries) <= 10_001


def test_who_is_never_kept_out() -> None:
    counter = Counter(5, [ipaddress.ip_network("192.0.2.0/24")])
    assert counter.is_exempt("192.0.2.9") and not counter.is_exempt("198.51.100.9")
