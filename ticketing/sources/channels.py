"""The ways reports come in besides the telephone, with what is usual for each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ticketing.forms import CaseKind, Urgency


class Channel(StrEnum):
    """What sort of source it is; a case keeps it as its `source`."""

    WEB = "web"  #: 网站信箱
    APP = "app"  #: 市民应用 (Open311)
    WECHAT = "wechat"  #: 微信
    MEDIA = "media"  #: 媒体
    PATROL = "patrol"  #: 巡查
    LEADER = "leader"  #: 领导交办
    SENSOR = "sensor"  #: 传感器
    VIDEO = "video"  #: 视频告警
    PLATFORM = "platform"  #: 其他平台


LABELS = {
    Channel.WEB: "网站信箱",
    Channel.APP: "市民应用",
    Channel.WECHAT: "微信",
    Channel.MEDIA: "媒体",
    Channel.PATROL: "巡查",
    Channel.LEADER: "领导交办",
    Channel.SENSOR: "传感器",
    Channel.VIDEO: "视频告警",
    Channel.PLATFORM: "其他平台",
}
#: Nobody waits for an answer, and one trouble is told over and over.
MACHINES = frozenset({Channel.SENSOR, Channel.VIDEO})


@dataclass(frozen=True)
class Usual:
    """What a new source of a channel starts with."""

    kind: CaseKind
    urgency: Urgency
    per_minute: int
    #: Reports alike within so many minutes, metres and with so many percent of the words are one matter.
    similar_minutes: int
    similar_m: int
    similar_percent: int


_PEOPLE = Usual(CaseKind.COMPLAINT, Urgency.NORMAL, 60, 30, 50, 90)
_STAFF = Usual(CaseKind.REPORT, Urgency.NORMAL, 120, 30, 50, 90)
#: An alarm that is repeated belongs to the case it opened for a day (24 h and 50 m: hotline.md section 5).
_MACHINE = Usual(CaseKind.REPORT, Urgency.NORMAL, 600, 24 * 60, 50, 60)


def usual(channel: str) -> Usual:
    """The beginnings of a source of this channel."""
    if channel in MACHINES:
        return _MACHINE
    return _PEOPLE if channel in (Channel.WEB, Channel.APP, Channel.WECHAT) else _STAFF
