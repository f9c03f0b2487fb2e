"""What is legal, written out again from hotline.md section 5, and what must hold for any case at any time."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from ticketing.tables import Case, CaseHistory, CasePause

#: Not read from the table: the tests' own idea.
#: move: who, from where, to where. `unit`: department and district agent; `*`: see STAGES_OF.
LEGAL_ROWS = """
register          seat shift_leader system       draft                    registered
answer            seat shift_leader              draft registered         closed
ask_verification  seat shift_leader              registered               verifying
verified          collector                      verifying                registered
merge             seat shift_leader dispatcher   registered established   merged
split             seat shift_leader dispatcher   *open                    -
declare_group     shift_leader dispatcher        *open                    -
close_with_parent system                         merged                   closed
linked            system                         *any                     -
refuse            seat shift_leader              draft registered         refused
void              seat shift_leader              draft registered         void
restore           shift_leader                   void refused merged      -
establish         shift_leader                   registered               established
send_back         shift_leader                   registered               draft
dispatch          dispatcher                     established              dispatched
hand_back         dispatcher                     established              registered
assign            district_agent                 dispatched               dispatched
add_helper        dispatcher district_agent      *unit                    -
accept            unit                           dispatched               handling
return            unit                           dispatched handling      established
ask_delay         unit                           handling                 handling
ask_suspend       unit                           handling                 handling
ask_defer         unit                           handling                 handling
endorse           unit                           handling                 handling
grant_delay       dispatcher                     handling                 handling
grant_suspend     dispatcher                     handling                 suspended
grant_defer       dispatcher                     handling                 deferred
decline           unit dispatcher shift_leader   handling                 handling
withdraw          unit                           handling                 handling
resume            unit dispatcher system         suspended deferred       handling
progress          unit                           *unit                    -
report_done       unit                           handling                 reported
send_check        dispatcher seat                reported                 checking
rework            dispatcher shift_leader        reported checked         handling
check_pass        collector                      checking                 checked
check_fail        collector                      checking                 handling
close             shift_leader                   established checked      closed
force_close       shift_leader                   *way                     closed
reopen            shift_leader system            closed                   established
rate              seat system                    closed                   closed
appeal            unit                           closed                   closed
pass_appeal       shift_leader                   closed                   closed
grant_appeal      assessor                       closed                   closed
refuse_appeal     shift_leader assessor          closed                   closed
supervise         leader shift_leader dispatcher *way                     -
urge              leader shift_leader dispatcher seat *open               -
instruct          leader shift_leader            *any                     -
"""
WITH_UNIT = {"dispatched", "handling", "suspended", "deferred"}
WAY = WITH_UNIT | {"established", "reported", "checking", "checked"}
OUT = {"merged", "refused", "void"}
STAGES_OF = {
    "*unit": WITH_UNIT,
    "*way": WAY,
    "*open": WAY | {"registered", "verifying"},
    "*any": WAY | OUT | {"registered", "verifying", "closed"},
}
ROLES_OF = {"unit": {"department", "district_agent"}, "system": {None}}
STAGES = WAY | OUT | {"draft", "registered", "verifying", "closed"}
#: A unit has to answer for the case, or has had it.
CLOCKS = {
    **dict.fromkeys(("dispatched", "handling"), "running"),
    **dict.fromkeys(("suspended", "deferred", "reported", "checking", "checked"), "paused"),
    **dict.fromkeys(("draft", "registered", "verifying", "established", *OUT), ""),
}
COUNTED = {
    "delays": {"grant_delay"},
    "suspensions": {"grant_suspend"},
    "returns": {"return"},
    "reworks": {"rework", "check_fail"},
    "urges": {"urge"},
    "supervisions": {"supervise"},
}


def _legal() -> dict[str, tuple[set[str | None], set[str], str]]:
    found: dict[str, tuple[set[str | None], set[str], str]] = {}
    for line in LEGAL_ROWS.strip().splitlines():
        name, *words, to = line.split()
        roles: set[str | None] = set()
        sources: set[str] = set()
        for word in words:
            if word in STAGES or word in STAGES_OF:
                sources |= STAGES_OF.get(word, {word})
            else:
                roles |= ROLES_OF.get(word, {word})
        found[name] = (roles, sources, to)
    return found


LEGAL = _legal()


def invariants(case: Case, entries: list[CaseHistory], pauses: list[CasePause]) -> None:
    """Fails when history, counts, number, clock and what is asked for do not fit together."""
    assert [one.seq for one in entries] == list(range(1, len(entries) + 1))
    for before, after in pairwise(entries):
        assert before.to_stage == after.from_stage
        assert before.at <= after.at
    assert entries[-1].to_stage == case.stage
    assert case.version == len(entries)
    made = Counter(one.move for one in entries)
    for column, names in COUNTED.items():
        assert getattr(case, column) == sum(made[name] for name in names), column
    assert case.delays <= 2
    assert case.suspensions <= 1
    assert made["appeal"] <= 1
    assert (case.closed_at is not None) == (case.stage == "closed")
    assert (case.number is not None) == bool(case.registered_at or made["refuse"] or made["answer"])
    if case.stage in CLOCKS:
        assert case.clock == CLOCKS[case.stage], case.stage
    else:
        assert case.clock in ("", "stopped")
    assert (case.unit is not None) == bool(case.clock), "a unit answers for every clock"
    assert bool(case.pending) <= (case.stage in ("handling", "closed"))
    assert (case.stage == "closed") >= (case.pending == "appeal")
    assert case.extra_value <= case.delays * (case.limit_value or 0)
    open_pauses = [one for one in pauses if one.ended_at is None]
    assert len(open_pauses) == (case.clock == "paused")
    assert bool(case.resume_at) <= (case.stage in ("suspended", "deferred"))
