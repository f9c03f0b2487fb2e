"""What a started hotline prints last: where to look, who to log in as, what to dial."""

from __future__ import annotations

import os

from asterisk_conf.render import SeatPhone
from core.settings import Settings
from hotline.demo_data import DemoAccount


def text(settings: Settings, accounts: list[DemoAccount], phones: list[SeatPhone]) -> str:
    """The banner; made-up passwords and SIP secrets are in it, so it is printed and never logged."""
    sip, web = settings.sip, settings.web
    websocket = f"ws://{settings.seats.ws_host}:{settings.seats.ws_port}/ws"
    carriers = " or ".join(settings.carrier_addresses)
    lines = [
        "",
        "The hotline is up.",
        "",
        f"  console        http://{web.host}:{web.port}",
        *(f"    {a.username:<12} {a.password}   {a.display_name}" for a in accounts),
        "",
        f"  dial           sip:{sip.did}@{sip.host}:{sip.port} (UDP), from {carriers}",
        f"  seats          UDP {sip.host}:{sip.port}, or {websocket}",
        *(f"    {p.extension:<12} {p.sip_secret}" for p in phones),
        "",
        "  try            make demo-call          (in a second terminal; N=20 for twenty)",
        "                 .venv/bin/hotline calls --json",
    ]
    lines += (
        [f"                 log in as {accounts[0].username} and open the call of today"] if accounts else []
    )
    if config := os.environ.get("HOTLINE_CONFIG"):
        lines.append(f"  this instance  export HOTLINE_CONFIG={config} in the second terminal too")
    return "\n".join([*lines, "", "  Ctrl-C ends everything.", ""])
