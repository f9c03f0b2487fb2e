"""A screen pop in words: the same facts for each who looks, with what that viewer may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.tables import Role
from ivr.board.ringing import Ring
from ivr.ledger.tables import DEFAULT_LANGUAGE
from ivr.queues import Queue
from ticketing.tables import Case
from web.api.calls import summary as call_summary
from web.api.cases import summary as case_summary
from web.api.masking import Viewer, is_confidential
from web.api.models import CaseSummary, MenuStep
from web.live.models import Pop, PopFlag, PopSurvey
from web.live.pop_facts import Facts


@dataclass(frozen=True)
class Known:
    """A ring, what is known of its call, and whether the seat that rings has answered it."""

    ring: Ring
    facts: Facts
    queues: Mapping[str, Queue]
    has_answered: bool

    @property
    def is_whole(self) -> bool:
        """Nothing of it can change any more."""
        return self.facts.call is not None and self.facts.case_id is not None and self.has_answered

    def worded(self, viewer: Viewer) -> Pop:
        """The pop for somebody at the seat that rings."""
        ring, facts, call = self.ring, self.facts, self.facts.call
        queue = ring.queue or (call.queue if call else "")
        is_callback = ring.why == "queue" and call is not None and call.purpose.startswith("callback:")
        fields = {
            "call_id": ring.call_id,
            "why": "callback" if is_callback else ring.why,
            "queue": queue,
            "queue_label": self.queues[queue].label if queue in self.queues else "",
            "rang_at": ring.at,
            "caller": self._number(viewer),
            "caller_kind": facts.kind,
            "marks": call.marks if call else [],
            "language": call.language if call else DEFAULT_LANGUAGE,
            "menu_path": [MenuStep.model_validate(step) for step in call.menu_path] if call else [],
            "wait_s": self._waited(),
            "priority": call.priority if call else 0,
            "case_id": facts.case_id,
            "open_nearby": self._cases(facts.open_nearby, viewer),
        }
        return Pop.model_validate({**fields, **self._history(viewer)})

    def _number(self, viewer: Viewer) -> str:
        """Whole for who took the call (see `web.api.masking`), which the ledger says a moment later."""
        call, number = self.facts.call, self.facts.number
        if self.has_answered and call is not None and not is_confidential(call):
            return number
        return viewer.shows(number, call)

    def _history(self, viewer: Viewer) -> dict[str, object]:
        """What is known by the number; of a caller who wants to stay unknown a seat is told none of it."""
        facts = self.facts
        if facts.call is not None and is_confidential(facts.call) and viewer.role == Role.SEAT:
            facts = Facts(facts.call, "", facts.kind)
        flag, opinion, ids = facts.flag, facts.opinion, facts.cases_of_calls
        return {
            "place": facts.place,
            "flag": flag and PopFlag(path=flag.path, reason=flag.reason, expires_at=flag.expires_at),
            "earlier_calls": [call_summary(one, ids.get(one.id), viewer) for one in facts.earlier_calls],
            "earlier_cases": self._cases(facts.earlier_cases, viewer),
            "survey": opinion and PopSurvey(asked=opinion.asked, mean=opinion.mean, last=opinion.last),
        }

    def _cases(self, found: Sequence[Case], viewer: Viewer) -> list[CaseSummary]:
        calls = self.facts.calls_of_cases
        return [case_summary(one, calls.get(one.call_id or ""), viewer) for one in found]

    def _waited(self) -> float:
        """Seconds from joining the queue to the ring."""
        call = self.facts.call
        if call is None or call.queued_at is None:
            return 0.0
        return max(0.0, round((self.ring.at - call.queued_at).total_seconds(), 3))
