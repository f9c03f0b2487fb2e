"""Settings of Open311 GeoReport v2, the door for citizens' apps of any make."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.section import Section


class Open311(Section):
    enabled: bool = Field(True, description="Serve Open311 GeoReport v2 below /open311.")
    jurisdiction_id: str = Field(
        "12319.dalian", description="What this city is called there; clients may leave it out.", min_length=1
    )
    url: str = Field(
        "",
        description="Address of the hotline as clients outside reach it, such as https://12319.example.org; "
        "empty: the one they asked.",
    )
    contact: str = Field("大连市 12319 热线，电话 12319", description="Whom developers ask.")
    key_service: str = Field(
        "请联系管理员申请密钥。 Ask the administrator of the hotline for an api_key.",
        description="How developers get an API key.",
    )
    publish: Literal["open311", "all"] = Field(
        "open311",
        description="Whose cases everybody may read there: those that came over Open311, or all registered "
        "ones (of the others class, street, state and times alone). Confidential ones never.",
    )
