"""Settings of what we tell citizens and staff by SMS, WeChat and e-mail (反馈短信)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from core.calendar.hours import Hours
from core.section import Section

Gateway = Literal["log", "http", "off"]


class Notices(Section):
    """Ways out, when, how often (ticketing.notices)."""

    sms: Gateway = Field(
        "log", description="SMS (短信) go to the log only, to your gateway over signed HTTP, or nowhere."
    )
    sms_url: str = Field("", description="Address of the SMS gateway.")
    sms_secret: str = Field("", description="What requests to it are signed with.")
    wechat: Gateway = Field("log", description="The same for WeChat (微信).")
    wechat_url: str = Field("", description="Address of the WeChat gateway.")
    wechat_secret: str = Field("", description="What requests to it are signed with.")
    email: Literal["log", "smtp", "off"] = Field(
        "log", description="E-mail goes to the log only, to your mail server, or nowhere."
    )
    smtp_host: str = Field("127.0.0.1", description="Mail server.")
    smtp_port: int = Field(587, description="Its port.", ge=1, le=65535)
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="Encryption: begun after connecting, from the start (port 465), or none."
    )
    smtp_user: str = Field("", description="Account on it; empty: without log-in.")
    smtp_password: str = Field("", description="Its password.")
    smtp_from: str = Field("12319 <hotline@localhost>", description="Sender of our e-mails.")
    hours: str = Field(
        "daily 08:00-21:00",
        description="When messages are sent, written like opening hours; outside of them they wait for the "
        "next opening (夜间免打扰).",
    )
    urgent_at_once: bool = Field(
        True, description="Messages of templates marked urgent (紧急) go out at any hour."
    )
    per_hour: int = Field(3, description="Messages to one citizen in an hour; the rest waits.", ge=1)
    per_day: int = Field(10, description="Messages to one citizen in 24 hours; the rest waits.", ge=1)
    staff_per_hour: int = Field(30, description="The same for one of our own people.", ge=1)
    staff_per_day: int = Field(200, description="The same for one of our own people.", ge=1)
    at_once: int = Field(8, description="Messages on their way at one time.", ge=1, le=64)
    give_up_hours: int = Field(
        72, description="A message nobody took for so long is given up; it can be sent again by hand.", ge=1
    )

    @field_validator("hours")
    @classmethod
    def _hours_are_hours(cls, text: str) -> str:
        Hours.parse(text)
        return text

    @model_validator(mode="after")
    def _gateways_are_described(self) -> Notices:
        for channel in ("sms", "wechat"):
            url, secret = getattr(self, f"{channel}_url"), getattr(self, f"{channel}_secret")
            if getattr(self, channel) == "http" and not (url and secret):
                raise ValueError(f"{channel} = http: {channel}_url and {channel}_secret are needed")
        return self
