"""Settings of what leaves the house by itself: webhooks, and messages to other platforms.

Time-outs and the networks that may be spoken to are those of section `delivery`.
"""

from __future__ import annotations

from pydantic import Field

from core.section import Section


class Webhooks(Section):
    disable_after_h: int = Field(
        72,
        description="Hours without one success after which a webhook is switched off, with an alarm.",
        ge=1,
    )
    give_up_h: int = Field(
        24,
        description="Hours one event may be refused (4xx) before the next is tried; a receiver that is away "
        "is waited for.",
        ge=1,
    )
    keep_days: int = Field(30, description="Delivered events and their log are kept, days.", ge=1, le=366)
    most: int = Field(50, description="Webhooks at one time.", ge=1, le=500)


class Exchange(Section):
    alarm_after_h: int = Field(
        4, description="Hours a platform is not reached before an alarm is raised; messages wait on.", ge=1
    )
    reconcile_hour: int = Field(
        1, description="Hour (China time) at which yesterday's list is sent to each platform.", ge=0, le=23
    )
    keep_days: int = Field(
        400, description="Messages are kept, days; lists can be made as far back.", ge=31, le=3660
    )
