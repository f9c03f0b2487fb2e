"""What the players did, noted as it happened: the database is held against it in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Books:
    """Tallies of one simulation. Nothing here is read from the database."""

    #: Stage of each case by its id, as the last answer of the door told.
    stages: dict[int, str] = field(default_factory=dict)
    #: Moves that succeeded, by people and (visits) by the system; not what the timers did.
    moves: Counter[str] = field(default_factory=Counter)
    by_role: Counter[str] = field(default_factory=Counter)
    #: Cases that went through a move at least once.
    ever: dict[str, set[int]] = field(default_factory=dict)
    #: Autosaves of drafts that changed something, transcripts filled in among them.
    edits: int = 0
    #: Cases whose clock has been started and not been taken back.
    clocks: set[int] = field(default_factory=set)
    clocks_dropped: int = 0
    #: From which stage a case was restored, merged …: (move, from stage).
    leaving: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Two people at the same moment, and what the second was told.
    races: int = 0
    conflicts: int = 0
    #: Things nobody may do, that were tried: by the code they were to be refused with, and were.
    tried: Counter[str] = field(default_factory=Counter)
    told_no: Counter[str] = field(default_factory=Counter)
    #: Timers: what was due, and what was done.
    resumptions_due: int = 0
    resumed: int = 0
    escalations: Counter[int] = field(default_factory=Counter)
    recomputed: int = 0
    #: Callers who asked how far their case is, and were told right.
    asked: int = 0
    #: Times a case that repeats another was looked at, and the other was hinted at.
    repeats: int = 0
    hinted: int = 0
    #: Messages the gateway took, by their keys, in order; and how often it was tried while it was down.
    messages: list[str] = field(default_factory=list)
    gateway_down: int = 0
    told: int = 0
    ratings_undone: int = 0
    #: Cases made by splitting another (拆分); entries in the history of the other of two cases.
    splits: set[int] = field(default_factory=set)
    linked: int = 0
    #: Reports that waited for a closed group event (群发事件), and were closed with it.
    followers_due: int = 0
    followed: int = 0
    #: Whatever should not have happened, in words.
    surprises: list[str] = field(default_factory=list)

    def moved(self, case_id: int, move: str, role: str, came_from: str, to: str) -> None:
        """A move succeeded."""
        self.moves[move] += 1
        self.by_role[role] += 1
        self.ever.setdefault(move, set()).add(case_id)
        self.leaving[(move, came_from)] += 1
        self.stages[case_id] = to
        if move == "dispatch":
            self.clocks.add(case_id)
        if move == "merge" or (move == "restore" and came_from == "merged"):
            self.linked += 1
        if move in ("return", "reopen") and case_id in self.clocks:
            self.clocks.remove(case_id)
            self.clocks_dropped += 1

    def count(self, *moves: str) -> int:
        """How many of these moves succeeded."""
        return sum(self.moves[move] for move in moves)
