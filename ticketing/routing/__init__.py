"""Which unit a case goes to (派遣规则): class × place × time → unit; catch-all per district (属地兜底).

`versions` and `editing` make and publish rules, `proposal` says whose a case is and why, `decisions` keeps
what was done and what came of it, `reviews` lists the cases that came back, `what_if` tries a version on past
cases.
"""

from ticketing.routing.proposal import Proposal, propose, propose_for

__all__ = ["Proposal", "propose", "propose_for"]
