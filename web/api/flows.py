"""Menus as data: read, checked, published, rolled back. Administrators publish; shift leaders read."""

from __future__ import annotations

from http import HTTPMethod

from pydantic import Field

from core.tables import Role
from ivr.flows import loader
from ivr.house import flow_versions
from ivr.house.known import Known
from web.api.hand import LEADERS, hand
from web.api.house_models import (
    LARGEST_ID,
    FlowCheckAnswer,
    FlowDetail,
    FlowEdge,
    FlowGraph,
    FlowItem,
    FlowMistake,
    FlowNode,
    FlowPage,
    FlowPublished,
    FlowText,
    FlowVersionItem,
)
from web.api.route import Ask, Asked, Routes

routes = Routes("flows")


class FlowPath(Asked):
    name: str = Field(min_length=1, max_length=32)


class VersionPath(FlowPath):
    version: int = Field(ge=0, le=LARGEST_ID)


class FlowCheck(Asked):
    text: str = Field(max_length=flow_versions.TEXT_LENGTH)


class FlowPublish(FlowCheck):
    note: str = Field(max_length=flow_versions.NOTE_LENGTH)
    #: The version the writer was looking at; 0: the delivered one.
    based_on: int = Field(ge=0, le=LARGEST_ID)


@routes.add(HTTPMethod.GET, "/flows", "Flows and what callers meet (呼叫流程)", roles=LEADERS)
async def flows(ask: Ask) -> FlowPage:
    async with ask.services.sessions() as db:
        heads = [await flow_versions.head(db, name) for name in loader.PRESETS]
    chosen = ask.services.settings.flow.preset
    return FlowPage(
        items=[
            FlowItem(
                name=one.name,
                label=one.label,
                selected=one.name == chosen,
                version=one.version,
                published_at=one.published_at,
            )
            for one in heads
        ]
    )


@routes.add(HTTPMethod.GET, "/flows/{name}", "One flow with its text and history", roles=LEADERS)
async def flow(ask: Ask, path: FlowPath) -> FlowDetail:
    async with ask.services.sessions() as db:
        head = await flow_versions.head(db, path.name)
        history = await flow_versions.history(db, path.name)
    return FlowDetail(
        name=head.name,
        label=head.label,
        selected=head.name == ask.services.settings.flow.preset,
        text=head.text,
        version=head.version,
        packaged=head.version == 0,
        versions=[FlowVersionItem(**vars(one)) for one in history],
    )


@routes.add(
    HTTPMethod.GET, "/flows/{name}/versions/{version}", "The text of a version; 0 as delivered", roles=LEADERS
)
async def flow_version(ask: Ask, path: VersionPath) -> FlowText:
    async with ask.services.sessions() as db:
        text = await flow_versions.text_of(db, path.name, path.version)
    return FlowText(version=path.version, text=text)


@routes.add(HTTPMethod.POST, "/flows/{name}/check", "What is wrong with a text, or its graph", roles=LEADERS)
async def check_flow(ask: Ask, path: FlowPath, body: FlowCheck) -> FlowCheckAnswer:
    flow_versions.delivered(path.name)
    known = Known.of(ask.services.settings)
    if problems := known.check(path.name, body.text):
        mistakes = [FlowMistake(**flow_versions.told(one)) for one in problems]
        return FlowCheckAnswer(problems=mistakes, graph=None)
    drawn = loader.graph(known.parse(path.name, body.text))
    nodes = [FlowNode(**vars(one) | {"prompts": list(one.prompts)}) for one in drawn.nodes]
    edges = [FlowEdge(source=one.source, target=one.target, key=one.key) for one in drawn.edges]
    return FlowCheckAnswer(problems=[], graph=FlowGraph(nodes=nodes, edges=edges))


@routes.add(
    HTTPMethod.POST,
    "/flows/{name}/publish",
    "Publish a text (发布); new calls meet it within a second, calls in progress keep theirs",
    roles=frozenset({Role.ADMINISTRATOR}),
    errors=(409,),
)
async def publish_flow(ask: Ask, path: FlowPath, body: FlowPublish) -> FlowPublished:
    version = await flow_versions.publish(
        hand(ask),
        flow=path.name,
        text=body.text,
        note=body.note,
        based_on=body.based_on,
        check=Known.of(ask.services.settings).check,
    )
    return FlowPublished(version=version)
