"""Routing rules (派遣规则): versions, the draft, trying it out, and whose a case is."""

from __future__ import annotations

from http import HTTPMethod

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFoundError
from core.tables import OUTSIDE, Role
from ticketing import scope
from ticketing.errors import NoSuchCaseError
from ticketing.routing import Proposal, editing, propose, propose_for, versions, what_if
from ticketing.routing import facts as stored
from ticketing.routing.editing import RuleForm
from ticketing.routing.match import DISTRICT_DIGITS, Facts, Rule
from ticketing.routing.tables import RoutingVersion, VersionState
from ticketing.routing.versions import Editor, Head
from ticketing.tables import Case, Category, Place
from web.api.house_models import IdPath
from web.api.route import EVERYBODY, Ask, Routes
from web.api.routing_models import (
    FlowAnswer,
    MovedCase,
    ProposalAnswer,
    PublishRulesForm,
    RevisionQuery,
    RoutingProblem,
    RoutingRuleAnswer,
    RoutingRuleForm,
    RoutingRulePath,
    RoutingVersionAnswer,
    RoutingVersionDetail,
    RoutingVersionPath,
    RoutingVersions,
    TallyAnswer,
    TryQuery,
    WhatIfAnswer,
    WhatIfQuery,
)

routes = Routes("routing")

#: Who writes rules, and who puts them in force.
EDITORS = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER, Role.ADMINISTRATOR})
PUBLISHERS = frozenset({Role.SHIFT_LEADER, Role.ADMINISTRATOR})
READERS = EDITORS | {Role.LEADER, Role.ASSESSOR}
CENTRE = EVERYBODY - OUTSIDE - {Role.INSPECTOR}


@routes.add(HTTPMethod.GET, "/routing", "Versions of the rules (派遣规则)", roles=READERS)
async def routing(ask: Ask) -> RoutingVersions:
    async with ask.services.sessions() as db:
        force = await stored.in_force(db)
        return RoutingVersions(items=[_head(one, force) for one in await versions.heads(db)])


@routes.add(HTTPMethod.GET, "/routing/versions/{version}", "Rules of a version", roles=READERS)
async def routing_version(ask: Ask, path: RoutingVersionPath) -> RoutingVersionDetail:
    async with ask.services.sessions() as db:
        return await _detail(db, path.version)


@routes.add(HTTPMethod.POST, "/routing/draft", "Begin a draft", roles=EDITORS, status=201, errors=(409,))
async def begin_draft(ask: Ask) -> RoutingVersionDetail:
    row = await versions.begin(editor(ask))
    async with ask.services.sessions() as db:
        return await _detail(db, row.version)


@routes.add(HTTPMethod.DELETE, "/routing/draft", "Discard the draft", roles=EDITORS, errors=(409,))
async def discard_draft(ask: Ask, query: RevisionQuery) -> RoutingVersions:
    await versions.discard(editor(ask), query.revision)
    return await routing(ask)


@routes.add(
    HTTPMethod.POST, "/routing/draft/publish", "Put the draft in force", roles=PUBLISHERS, errors=(409,)
)
async def publish_draft(ask: Ask, body: PublishRulesForm) -> RoutingVersionDetail:
    row = await versions.publish(editor(ask), body.revision, body.note)
    async with ask.services.sessions() as db:
        return await _detail(db, row.version)


@routes.add(HTTPMethod.POST, "/routing/draft/rules", "Add a rule", roles=EDITORS, status=201, errors=(409,))
async def add_rule(ask: Ask, body: RoutingRuleForm) -> RoutingVersionDetail:
    await editing.add(editor(ask), body.revision, _form(body))
    return await _draft(ask)


@routes.add(HTTPMethod.PUT, "/routing/draft/rules/{id}", "Change a rule", roles=EDITORS, errors=(409,))
async def change_rule(ask: Ask, path: RoutingRulePath, body: RoutingRuleForm) -> RoutingVersionDetail:
    await editing.change(editor(ask), body.revision, path.id, _form(body))
    return await _draft(ask)


@routes.add(HTTPMethod.DELETE, "/routing/draft/rules/{id}", "Remove a rule", roles=EDITORS, errors=(409,))
async def remove_rule(ask: Ask, path: RoutingRulePath, query: RevisionQuery) -> RoutingVersionDetail:
    await editing.remove(editor(ask), query.revision, path.id)
    return await _draft(ask)


@routes.add(
    HTTPMethod.GET, "/routing/versions/{version}/what-if", "Try a version on past cases (试算)", roles=READERS
)
async def what_would_be(ask: Ask, path: RoutingVersionPath, query: WhatIfQuery) -> WhatIfAnswer:
    async with ask.services.sessions() as db:
        found = await what_if.try_out(
            db, path.version, now=ask.services.clock.now(), days=query.days, most=query.limit
        )
    return WhatIfAnswer(
        **{
            name: getattr(found, name) for name in WhatIfAnswer.model_fields if name not in ("flows", "cases")
        },
        flows=[
            FlowAnswer(before=before, after=after, cases=number)
            for (before, after), number in sorted(found.flows.items(), key=lambda one: -one[1])
        ],
        cases=[
            MovedCase(dispatched_at=one.at, **{name: of for name, of in vars(one).items() if name != "at"})
            for one in found.cases
        ],
    )


@routes.add(HTTPMethod.GET, "/routing/try", "Which unit would get such a case", roles=READERS)
async def try_rules(ask: Ask, query: TryQuery) -> ProposalAnswer:
    at = query.at or ask.services.clock.now()
    async with ask.services.sessions() as db:
        places = await _ancestors(db, query.place)
        facts = Facts(at, query.edition, query.kind, query.code, places)
        district = next((place for place in places if len(place) == DISTRICT_DIGITS), None)
        found = await propose_for(db, facts, district, ask.services.settings.cases, query.version)
    return _proposal(found)


@routes.add(HTTPMethod.GET, "/cases/{id}/unit", "Proposed unit of a case, and why (建议单位)", roles=CENTRE)
async def unit_of_case(ask: Ask, path: IdPath) -> ProposalAnswer:
    async with ask.services.sessions() as db:
        reach = await scope.of(db, ask.account)
        case = await db.scalar(select(Case).where(Case.id == path.id, reach.cases()))
        if case is None:
            raise NoSuchCaseError
        found = await propose(db, case, ask.services.clock.now(), ask.services.settings.cases)
    return _proposal(found)


def editor(ask: Ask) -> Editor:
    return Editor(ask.services.sessions, ask.services.clock, ask.account, ask.address)


def _form(body: RoutingRuleForm) -> RuleForm:
    return RuleForm(**body.model_dump(exclude={"revision"}))


def _head(head: Head, force: int | None) -> RoutingVersionAnswer:
    row = head.row
    return RoutingVersionAnswer(
        version=row.version,
        state=VersionState(row.state),
        in_force=row.version == force,
        based_on=row.based_on,
        revision=row.revision,
        note=row.note,
        rules=head.rules,
        made_at=row.made_at,
        made_by=head.made_by,
        published_at=row.published_at,
        published_by=head.published_by,
    )


async def _draft(ask: Ask) -> RoutingVersionDetail:
    async with ask.services.sessions() as db:
        query = select(RoutingVersion.version).where(RoutingVersion.state == VersionState.DRAFT)
        version = await db.scalar(query)
        return await _detail(db, version or 0)


async def _detail(db: AsyncSession, version: int) -> RoutingVersionDetail:
    row = await db.get(RoutingVersion, version)
    if row is None:
        raise NotFoundError("没有这个版本。")
    rules = await stored.rules_of(db, version)
    places = await db.execute(
        select(Place.code, Place.name).where(Place.code.in_({one.place for one in rules}))
    )
    names = dict(places.all())
    classes = await _classes(db, {one.edition for one in rules if one.code})
    problems = await versions.problems_of(db, version) if row.state == VersionState.DRAFT else []
    return RoutingVersionDetail(
        version=version,
        state=VersionState(row.state),
        revision=row.revision,
        rules=[
            _rule(one, classes.get((one.edition, one.kind, one.code), ""), names.get(one.place, one.place))
            for one in rules
        ],
        problems=[RoutingProblem(**vars(one)) for one in problems],
    )


async def _classes(db: AsyncSession, editions: set[str]) -> dict[tuple[str, str, str], str]:
    """Names of classes, and of major classes under the first two digits."""
    found: dict[tuple[str, str, str], str] = {}
    for one in await db.scalars(select(Category).where(Category.edition.in_(editions))):
        found[one.edition, one.kind, one.code] = one.minor
        found[one.edition, one.kind, one.code[:2]] = one.major
    return found


def _rule(rule: Rule, category: str, place: str) -> RoutingRuleAnswer:
    return RoutingRuleAnswer(
        id=rule.id,
        category_edition=rule.edition,
        category_kind=rule.kind,
        category_code=rule.code,
        category_name=category,
        place=rule.place,
        place_name=place,
        hours=rule.hours,
        season_from=rule.season_from,
        season_to=rule.season_to,
        unit=rule.unit,
        ground=rule.ground,
        is_catch_all=rule.is_catch_all,
    )


def _proposal(found: Proposal) -> ProposalAnswer:
    names = ("unit", "because", "because_en", "basis", "version", "rule_id", "by_rule")
    return ProposalAnswer(
        **{name: getattr(found, name) for name in names},
        history=[TallyAnswer(**vars(one)) for one in found.history.tallies],
        history_days=found.history.days,
    )


async def _ancestors(db: AsyncSession, place: str) -> tuple[str, ...]:
    """A place and those it lies in, up to its district.

    Raises:
        NotFoundError: there is no such place.
    """
    found: list[str] = []
    code: str | None = place
    while code and len(code) >= DISTRICT_DIGITS:
        row = await db.get(Place, code)
        if row is None:
            raise NotFoundError("没有这个地点。")
        found.append(code)
        code = row.parent
    return tuple(found)
