"""All routes of the API, and the document made from them."""

from __future__ import annotations

from functools import cache
from http import HTTPMethod
from typing import Any

from web.api import (
    announcements,
    articles,
    board,
    calendar,
    callbacks,
    calls,
    capture,
    case_workflow,
    cases,
    catalogue,
    deletions,
    desk,
    directory,
    flags,
    flows,
    hot_desk,
    keyword_lists,
    live_help,
    lockouts,
    notices,
    pauses,
    personal_data,
    places,
    places_register,
    pop,
    presence,
    prompts,
    provisioning,
    quality,
    quality_calibrations,
    quality_reports,
    quality_scores,
    quality_sheets,
    queues,
    recording_access,
    recording_exports,
    recording_grants,
    recording_marks,
    recording_pauses,
    recording_proof,
    recording_search,
    recordings,
    retention,
    seat_calls,
    seats,
    session,
    sources,
    status,
    supervision,
    surveys,
    trunks,
    waiting,
    wallboard,
)
from web.api.openapi import document
from web.api.route import PUBLIC, Ask, Routes
from web.live import socket

about = Routes("about")

GROUPS = (
    session.routes,
    calls.routes,
    capture.routes,
    recording_pauses.routes,
    recording_search.routes,
    keyword_lists.routes,
    recordings.routes,
    recording_access.routes,
    recording_exports.routes,
    recording_grants.routes,
    recording_proof.routes,
    retention.routes,
    deletions.routes,
    personal_data.routes,
    recording_marks.routes,
    cases.routes,
    case_workflow.routes,
    catalogue.routes,
    places.routes,
    places_register.routes,
    sources.routes,
    seats.routes,
    presence.routes,
    hot_desk.routes,
    pauses.routes,
    provisioning.routes,
    lockouts.routes,
    queues.routes,
    calendar.routes,
    callbacks.routes,
    flows.routes,
    prompts.routes,
    announcements.routes,
    flags.routes,
    articles.routes,
    live_help.routes,
    surveys.routes,
    status.routes,
    socket.routes,
    trunks.routes,
    supervision.routes,
    seat_calls.routes,
    waiting.routes,
    board.routes,
    pop.routes,
    notices.routes,
    wallboard.routes,
    directory.routes,
    desk.routes,
    quality.routes,
    quality_sheets.routes,
    quality_scores.routes,
    quality_calibrations.routes,
    quality_reports.routes,
    about,
)


@about.add(HTTPMethod.GET, "/openapi.json", "This document", roles=PUBLIC)
async def openapi(ask: Ask) -> dict[str, Any]:
    return _document()


@cache
def _document() -> dict[str, Any]:
    return document(GROUPS)
