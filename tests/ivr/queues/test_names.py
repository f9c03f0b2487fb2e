"""Names of queues, ours and the switch's."""

from __future__ import annotations

from ivr.queues import QUEUES, SEAT_PREFIX, from_switch_name, is_switch_name, switch_name


def test_there_and_back() -> None:
    for queue in QUEUES:
        assert from_switch_name(switch_name(queue)) == queue
        assert is_switch_name(switch_name(queue))


def test_a_seats_own_queue_is_none_of_ours() -> None:
    assert not is_switch_name(SEAT_PREFIX + "1001")
