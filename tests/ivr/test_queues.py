"""Names of queues, ours and the switch's."""

from __future__ import annotations

from asterisk_conf.render import TEMPLATES
from ivr.queues import QUEUES, from_switch_name, switch_name


def test_there_and_back() -> None:
    for queue in QUEUES:
        assert from_switch_name(switch_name(queue)) == queue


def test_every_queue_is_one_on_the_switch() -> None:
    text = (TEMPLATES / "queues.conf.j2").read_text("utf-8")
    for queue in QUEUES:
        assert f"[{switch_name(queue)}](queue-defaults)" in text
