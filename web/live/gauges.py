"""The board in Prometheus's numbers: queues, seats and alarms."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from prometheus_client import CollectorRegistry, Gauge, Histogram

from web.live.models import Board, SeatState

#: Label of all queues together.
ALL = "all"


def pop_histogram(registry: CollectorRegistry) -> Histogram:
    """How long after a seat's ring its console was told who calls (来电弹屏); 300 ms are promised."""
    return Histogram(
        "hotline_pop_seconds",
        "From a seat's ring to the message for its console",
        registry=registry,
        buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2),
    )


class BoardGauges:
    """What the board shows, as gauges. A rate nobody has earned yet is absent."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._all: list[Gauge] = []

        def gauge(name: str, text: str, label: str) -> Gauge:
            self._all.append(Gauge(f"hotline_{name}", text, (label,), registry=registry))
            return self._all[-1]

        self._longest = gauge("queue_longest_wait_seconds", "Longest wait of those waiting now", "queue")
        self._offered = gauge("queue_offered_today", "Calls of today that asked for a person", "queue")
        self._abandoned = gauge("queue_abandoned_today", "Of these, those who gave up", "queue")
        self._rates = {
            "rate_15s": gauge("queue_rate_15s", "Answered within 15 s / asked, today (15秒接通率)", "queue"),
            "connection_rate": gauge("queue_connection_rate", "Answered / asked, today (接通率)", "queue"),
        }
        self._seats = gauge("seats", "Seats by what they do (坐席状态)", "state")
        self._alarms = gauge("alarms", "Alarms that last, by sort (告警)", "kind")

    def hide(self) -> None:
        """Nobody knows: old numbers would be taken for new ones."""
        for one in self._all:
            one.clear()

    def show(self, board: Board) -> None:
        """Set all of them."""
        for name, rate in self._rates.items():
            rate.clear()
            for queue, figures in ((ALL, board.total), *((one.name, one) for one in board.queues)):
                if (value := getattr(figures, name)) is not None:
                    rate.labels(queue).set(value)
        for queue, figures in ((ALL, board.total), *((one.name, one) for one in board.queues)):
            self._longest.labels(queue).set(figures.longest_wait_s)
            self._offered.labels(queue).set(figures.offered)
            self._abandoned.labels(queue).set(figures.abandoned)
        states = Counter(seat.state for seat in board.seats)
        for state in get_args(SeatState):
            self._seats.labels(state).set(states[state])
        self._alarms.clear()
        for kind, count in Counter(one.kind.partition(":")[0] for one in board.alarms).items():
            self._alarms.labels(kind).set(count)
