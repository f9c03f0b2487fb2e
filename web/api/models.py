"""What the API answers with. Times are aware UTC, durations are seconds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from core.tables import Role
from ivr.ledger.leg_tables import HolderKind, LegState, SeatRole
from ivr.ledger.tables import Direction, Outcome
from recorder.tables import RecordingState
from ticketing.deadlines import Warned
from ticketing.forms import CaseKind, Urgency
from ticketing.tables import Stage
from ticketing.workflow import InputKind
from web.api.route import Answer


class AccountAnswer(Answer):
    id: int
    username: str
    display_name: str
    role: Role
    extension: str | None
    #: May inspect some calls at least (质检权), by role or by grant: sees the quality pages.
    inspects: bool


class CallSummary(Answer):
    id: str
    direction: Direction
    #: Of an outbound call: `callback:<id>` or `visit:<id>`.
    purpose: str
    trunk: str
    #: Masked (138****1234) for a seat unless the call is theirs or nobody's yet; `****` where the caller
    #: asked to stay unknown (see `web.api.masking`).
    caller: str
    caller_kind: str
    did: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    language: str
    #: confidential (保密), emergency (紧急), nuisance:<path>, closed, busy:<pool>.
    marks: list[str]
    queue: str
    priority: int
    wait_s: float
    seat: str
    talk_s: float
    #: Name in the allow-list the call was handed to; empty: to nobody.
    forwarded_to: str
    #: 1 (非常满意) to 5 (非常不满意).
    survey: int | None
    outcome: Outcome
    hung_up_by: str
    #: The case opened from the call, or, of a call we placed, the one it is about.
    case_id: int | None


class CallPage(Answer):
    items: list[CallSummary]
    #: Cursor of the page after this one; None: this is the last.
    next: str | None


class MenuStep(Answer):
    at: datetime
    step: str
    key: str


class Peaks(Answer):
    """Loudest sample (0..255) of each step of `step_s` seconds, one list a track."""

    step_s: float
    caller: list[int]
    hotline: list[int]


class GapAnswer(Answer):
    """A stretch that is silent on purpose, or missing; seconds from the recording's beginning."""

    from_s: float
    to_s: float
    #: pin (按键核对), bank (暂停录音), hold (保持) or missing (缺失: its length is known, its place is not).
    why: str
    side: str
    #: Extension of the seat that paused; empty: nobody.
    by: str


class SideAnswer(Answer):
    """What was recorded beside the call: a consultation (咨询) or a leader's whisper (耳语)."""

    id: int
    kind: Literal["consult", "whisper"]
    #: When it began, seconds from the beginning of the call's own recording.
    from_s: float
    duration_s: float
    state: RecordingState
    audio_url: str | None


class RecordingAnswer(Answer):
    id: int
    state: RecordingState
    duration_s: float
    peaks: Peaks
    #: None until the archive copy exists.
    audio_url: str | None
    #: In order; of a call in progress those that go on end now.
    gaps: list[GapAnswer]
    #: Recorded apart from the call by policy, in order.
    sides: list[SideAnswer]


class Word(Answer):
    word: str
    #: Seconds from answer.
    start: float
    end: float
    confidence: float


class TranscriptAnswer(Answer):
    side: Literal["caller", "hotline"]
    engine: str
    model: str
    is_test_model: bool
    #: 1 for the first hearing; this is the newest.
    version: int
    text: str
    #: `text` with punctuation and numbers as a person writes them.
    normal_text: str
    words: list[Word]


class CallLegAnswer(Answer):
    """A stretch of the call with one holder; each begins where the one before ends."""

    n: int
    holder_kind: HolderKind
    #: A queue's name, a seat's extension (of a parked call: who parked it), a directory code, or empty.
    holder: str
    state: LegState
    started_at: datetime
    #: None: it goes on.
    ended_at: datetime | None
    #: answered, held, resumed, consult, transfer:blind, returned:no_answer, parked, lost … or empty.
    why: str


class SeatLegAnswer(Answer):
    """A stretch of a seat's time on the call in one role; its seconds add up to the whole of it."""

    n: int
    seat: str
    role: SeatRole
    ring_at: datetime
    #: When it was with somebody first; None: it rang in vain, or rings.
    started_at: datetime | None
    #: None: it goes on; then the seconds are those up to its last change.
    ended_at: datetime | None
    ring_s: float
    talk_s: float
    hold_s: float
    consult_s: float
    conference_s: float
    supervise_s: float
    idle_s: float


class CallDetail(CallSummary):
    caller_raw: str
    menu_path: list[MenuStep]
    queued_at: datetime | None
    seat_answered_at: datetime | None
    message_at: datetime | None
    #: Ids of the announcements the caller heard.
    announcements: list[int]
    #: What a result visit came to: a level, refused, person or machine.
    visit: str
    #: False: another seat's call; neither sound nor words are for this viewer.
    may_listen: bool
    recording: RecordingAnswer | None
    transcripts: list[TranscriptAnswer]
    #: Who had the citizen, from the first second to the last.
    legs: list[CallLegAnswer]
    #: What each seat did on the call, those asked or listening too.
    seat_legs: list[SeatLegAnswer]


class SkillAnswer(Answer):
    skill: str
    #: 1 is rung first.
    level: int


class SeatAnswer(Answer):
    extension: str
    display_name: str
    logged_in: bool
    #: The switch's word for the seat's phone; empty when not logged in.
    state: str
    #: Names of the queues it is logged in to.
    queues: list[str]
    skills: list[SkillAnswer]


class PartAnswer(Answer):
    up: bool
    detail: str


class TranscriptionAnswer(Answer):
    state: Literal["ready", "no_model", "downloading"]
    model: str
    is_test_model: bool
    #: What to do about a missing model; empty when ready.
    help: str
    #: What the model makes of places and categories (业务词), and whether it can be taught them.
    words: str = ""
    #: Recognisers that run, and how many of them are at work.
    workers: int = 0
    busy: int = 0
    #: Recordings that wait for a transcript; those of them that failed and are tried again later.
    waiting: int = 0
    failed: int = 0
    #: Why the last of these failed.
    last_error: str = ""


class StatusAnswer(Answer):
    transcription: TranscriptionAnswer
    parts: dict[str, PartAnswer]
    #: Years whose holidays should have been entered by now: until then only their weekends are off.
    unknown_years: list[int]


class CaseSummary(Answer):
    id: int
    #: None until the case is registered.
    number: str | None
    stage: Stage
    #: Empty until somebody chose one.
    kind: CaseKind | Literal[""]
    urgency: Urgency
    #: Masked like the caller of the case's call.
    caller_number: str
    district: str | None
    address: str
    #: The first 80 characters; in CaseDetail the whole.
    description: str
    created_at: datetime
    call_id: str | None
    #: Code of the unit in charge (责任单位).
    unit: str | None
    #: The clock: empty, running, paused, stopped; from `yellow_at` on yellow, from `due_at` on red. A clock
    #: that halted at `clock_halted_at` is judged by that moment.
    clock: str
    yellow_at: datetime | None
    due_at: datetime | None
    clock_halted_at: datetime | None


class CategoryKeyAnswer(Answer):
    edition: str
    kind: str
    code: str


class HistoryEntry(Answer):
    seq: int
    at: datetime
    #: Display name; None: the system.
    actor: str | None
    move: str
    from_stage: str
    to_stage: str
    note: str
    #: What was filled in for the move itself.
    inputs: dict[str, Any]
    #: Field → [before, after]; numbers masked like the rest.
    changes: dict[str, list[Any]]


class ChoiceAnswer(Answer):
    value: str
    label: str
    label_en: str


class MoveInputAnswer(Answer):
    """One thing a move asks for, as a form draws it; sent back in `inputs` by its name."""

    name: str
    label: str
    label_en: str
    kind: InputKind
    required: bool
    choices: list[ChoiceAnswer]
    least: int
    most: int


class MoveAnswer(Answer):
    name: str
    label: str
    label_en: str
    #: On the way from the call to the closed case.
    main: bool
    note_required: bool
    #: Why it is not possible just now; empty: it is.
    objection: str
    #: Form fields that must be there, now or with the move.
    needs: list[str]
    inputs: list[MoveInputAnswer]


class CaseDetail(CaseSummary):
    version: int
    source: str
    reporter_name: str
    callback_number: str
    street: str | None
    community: str | None
    #: Grid cell (单元网格), 15 digits.
    cell: str | None
    longitude: float | None
    latitude: float | None
    #: Component (部件), 16 digits.
    part: str | None
    confidential: bool
    wants_visit: bool
    category: CategoryKeyAnswer | None
    #: As the class was called when the case was registered.
    category_major: str
    category_minor: str
    #: Chosen when it was established (严重程度), and the condition of that row.
    severity_rank: int | None
    severity_condition: str
    registered_at: datetime | None
    established_at: datetime | None
    closed_at: datetime | None
    dispatched_at: datetime | None
    accepted_at: datetime | None
    handled_at: datetime | None
    checked_at: datetime | None
    stage_since: datetime | None
    #: When whoever has it now should have passed it on.
    stage_due_at: datetime | None
    limit_value: int | None
    limit_unit: str
    #: Granted on top of the limit, in its unit (延期).
    extra_value: int
    #: The limit reaches into this year, whose holidays nobody has entered: no due time until somebody does.
    unknown_year: int | None
    #: yellow, red (overdue) or empty.
    warning: Warned
    #: What a unit asked for and is not decided: delay, suspend, defer, appeal; who decides: level 1, 2.
    pending: str
    pending_level: int
    pending_value: int | None
    pending_until: datetime | None
    resume_at: datetime | None
    delays: int
    suspensions: int
    returns: int
    reworks: int
    urges: int
    supervisions: int
    verification: str
    forced: bool
    appealed: bool
    exempt: bool
    rating: int | None
    #: Id of the case this one repeats.
    merged_into: int | None
    #: Codes of helping units (协办单位).
    helpers: list[str]
    history: list[HistoryEntry]
    #: What the reader may do with the case now, those that are not possible just now with a reason.
    moves: list[MoveAnswer]


class CasePage(Answer):
    items: list[CaseSummary]
    next: str | None


class CategoryAnswer(CategoryKeyAnswer):
    major: str
    minor: str
    #: Code of the responsible unit of the whole city; None: it depends on the place.
    unit: str | None
    #: The city's own, beside the standard's.
    is_local: bool
    valid_from: date | None
    #: The first day it does not hold any more.
    valid_to: date | None
    #: Of `minor`, in small letters: ld, ludeng for 路灯.
    initials: str
    pinyin: str


class PlaceAnswer(Answer):
    code: str
    name: str
    #: 2 city, 3 district (区), 4 street (街道).
    level: int
    parent: str | None
    #: Last day it counts; null: no end.
    valid_to: date | None
