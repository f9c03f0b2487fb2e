"""Cases that units returned (退单), for people to look at what was wrong."""

from __future__ import annotations

from http import HTTPMethod

from ticketing.routing import reviews
from ticketing.routing.reviews import Returned
from ticketing.routing.tables import Basis, DecisionOutcome
from web.api.house_models import IdPath
from web.api.route import Ask, Routes
from web.api.routing import EDITORS, READERS, editor
from web.api.routing_models import (
    ReturnedAnswer,
    ReturnedPage,
    ReturnReviewed,
    ReturnReviewForm,
    ReturnsQuery,
)

routes = Routes("routing")


@routes.add(HTTPMethod.GET, "/routing/returns", "Returned cases to review (退单复核)", roles=READERS)
async def returns(ask: Ask, query: ReturnsQuery) -> ReturnedPage:
    async with ask.services.sessions() as db:
        page = await reviews.page(db, open_only=query.waiting, limit=query.limit, cursor=query.cursor)
    return ReturnedPage(items=[_answer(one) for one in page.items], next=page.next, waiting=page.waiting)


@routes.add(
    HTTPMethod.POST, "/routing/returns/{id}/review", "Say what was wrong (复核)", roles=EDITORS, errors=(409,)
)
async def review_return(ask: Ask, path: IdPath, body: ReturnReviewForm) -> ReturnReviewed:
    await reviews.review(editor(ask), path.id, body.verdict, body.note)
    return ReturnReviewed(id=path.id, verdict=body.verdict)


def _answer(one: Returned) -> ReturnedAnswer:
    row = one.decision
    same = ("id", "case_id", "category_kind", "category_code", "district", "unit", "proposed", "because")
    more = ("version", "rule_id", "verdict", "review_note", "reviewed_at")
    return ReturnedAnswer(
        **{name: getattr(row, name) for name in (*same, *more)},
        number=one.number,
        address=one.address,
        dispatched_at=row.at,
        dispatched_by=one.dispatched_by,
        basis=Basis(row.basis),
        outcome=DecisionOutcome(row.outcome),
        returned_at=row.outcome_at,
        returned_by=one.returned_by,
        reason=row.outcome_note,
        reviewed_by=one.reviewed_by,
    )
