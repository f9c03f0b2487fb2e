"""Templates of messages to citizens and staff (消息模板): a list, its editor, a preview."""

from __future__ import annotations

from http import HTTPMethod

from core.tables import Role
from ticketing.notices import templates, words
from ticketing.notices.tables import MessageChannel, NoticeTemplate
from ticketing.notices.templates import By
from ticketing.workflow import MOVES
from web.api.hand import LEADERS
from web.api.notices_out_models import (
    GatewaysAnswer,
    IdPath,
    PlaceholderAnswer,
    PreviewForm,
    TemplateAnswer,
    TemplateChange,
    TemplateForm,
    TemplatePreview,
    TemplatesAnswer,
)
from web.api.route import Ask, Routes

routes = Routes("messages")
READERS = LEADERS | {Role.DISPATCHER}


@routes.add(HTTPMethod.GET, "/message-templates", "What is said after which move (消息模板)", roles=READERS)
async def list_templates(ask: Ask) -> TemplatesAnswer:
    rules = ask.services.settings.notices
    async with ask.services.sessions() as db:
        found = await templates.listing(db)
    placeholders = [
        PlaceholderAnswer(name=p.name, label=p.zh, label_en=p.en, example=p.example, private=p.private)
        for p in words.PLACEHOLDERS.values()
    ]
    return TemplatesAnswer(
        items=[_answer(ask, one) for one in found],
        placeholders=placeholders,
        gateways=GatewaysAnswer(sms=rules.sms, wechat=rules.wechat, email=rules.email),
        hours=rules.hours,
    )


@routes.add(
    HTTPMethod.POST,
    "/message-templates",
    "A new template; an unknown placeholder is named",
    roles=LEADERS,
    status=201,
    errors=(409,),
)
async def add_template(ask: Ask, body: TemplateForm) -> TemplateAnswer:
    return _answer(ask, await templates.add(by(ask), body.model_dump()))


@routes.add(HTTPMethod.PATCH, "/message-templates/{id}", "Change a template", roles=LEADERS, errors=(409,))
async def change_template(ask: Ask, path: IdPath, body: TemplateChange) -> TemplateAnswer:
    wanted = {name: value for name, value in body.model_dump().items() if value is not None}
    version = wanted.pop("version")
    return _answer(ask, await templates.change(by(ask), path.id, version, wanted))


@routes.add(
    HTTPMethod.POST, "/message-templates/preview", "As it would be sent (预览)", roles=LEADERS, errors=(404,)
)
async def preview_template(ask: Ask, body: PreviewForm) -> TemplatePreview:
    values = body.model_dump(exclude={"case_number"})
    async with ask.services.sessions() as db:
        subject, text = await templates.preview(db, values, body.case_number)
    parts = words.sms_parts(text) if body.channel == MessageChannel.SMS else 0
    return TemplatePreview(subject=subject, text=text, length=len(text), sms=parts)


def by(ask: Ask) -> By:
    return By(ask.services.sessions, ask.services.clock, ask.account, ask.address)


def _answer(ask: Ask, row: NoticeTemplate) -> TemplateAnswer:
    zh, en = move_labels(ask, row.move)
    same = set(TemplateAnswer.model_fields) - {"move_label", "move_label_en"}
    return TemplateAnswer(move_label=zh, move_label_en=en, **{name: getattr(row, name) for name in same})


def move_labels(ask: Ask, move: str) -> tuple[str, str]:
    """A move as this city calls it, and in English."""
    row = MOVES.get(move)
    zh = ask.services.settings.cases.labels.get(move, row.zh if row else move)
    return zh, row.en if row else move
