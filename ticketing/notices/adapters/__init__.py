"""The ways out, one file each, and which of them the settings want."""

from __future__ import annotations

from collections.abc import Mapping

from core.delivery import Courier
from core.notice_settings import Notices
from ticketing.notices.adapters.base import Adapter, Outgoing, Result
from ticketing.notices.adapters.http import HttpAdapter
from ticketing.notices.adapters.log import LogAdapter
from ticketing.notices.adapters.smtp import SmtpAdapter
from ticketing.notices.tables import MessageChannel

__all__ = ["Adapter", "Outgoing", "Result", "adapters"]


def adapters(rules: Notices, courier: Courier) -> Mapping[str, Adapter]:
    """Channel → its way out; a channel that is off has none."""
    found: dict[str, Adapter] = {}
    for channel in (MessageChannel.SMS, MessageChannel.WECHAT):
        match getattr(rules, channel):
            case "log":
                found[channel] = LogAdapter()
            case "http":
                url, secret = getattr(rules, f"{channel}_url"), getattr(rules, f"{channel}_secret")
                found[channel] = HttpAdapter(courier, url, secret)
    if rules.email != "off":
        found[MessageChannel.EMAIL] = SmtpAdapter(rules) if rules.email == "smtp" else LogAdapter()
    return found
