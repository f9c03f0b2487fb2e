// The API of docs/architecture.md as types. Times are ISO 8601 UTC, durations seconds.

import type { Board } from './board-types'
import type { SideRecording } from './capture'
import type { PinResult, Pop } from './desk-types'
import type { HelpSentence } from './live-help'
import type { Notice, SeatLive } from './seat-types'

export type Role = 'seat' | 'inspector' | 'shift_leader' | 'administrator' | CaseWorker
/** Who works on cases alone. */
export type CaseWorker = 'dispatcher' | 'district_agent' | 'department' | 'collector' | 'leader' | 'assessor'

export interface Account {
  id: number
  username: string
  display_name: string
  role: Role
  extension: string | null
  /** May inspect some calls at least, by role or by grant. */
  inspects: boolean
}

export interface Page<T> {
  items: T[]
  next: string | null
}

export type Outcome =
  | 'in_progress'
  | 'answered'
  | 'abandoned'
  | 'message'
  | 'hung_up_in_menu'
  | 'unknown_number'
  | 'busy'
  | 'callback'
  | 'forwarded'
  | 'visited'
  | 'failed'

export interface CallSummary {
  id: string
  direction: 'inbound' | 'outbound'
  /** Of an outbound call: `callback:<id>` or `visit:<id>`. */
  purpose: string
  trunk: string
  /** Normalised, masked where the reader may not see it; empty when withheld. */
  caller: string
  caller_kind: string
  did: string
  started_at: string
  answered_at: string | null
  ended_at: string | null
  language: string
  /** confidential, emergency, nuisance:<path>, closed, busy:<pool> */
  marks: string[]
  queue: string
  priority: number
  wait_s: number
  seat: string
  talk_s: number
  /** Name in the allow-list of forwards; empty: to nobody. */
  forwarded_to: string
  /** 1 very satisfied … 5 very dissatisfied. */
  survey: number | null
  outcome: Outcome
  hung_up_by: string
  case_id: number | null
}

export interface MenuStep {
  at: string
  step: string
  key: string
}

export interface Peaks {
  step_s: number
  /** Loudest sample of each step, 0…255. */
  caller: number[]
  hotline: number[]
}

export type RecordingState = 'staged' | 'archived' | 'verified' | 'transcribed' | 'damaged' | 'deleted'

export interface Recording {
  id: number
  state: RecordingState
  duration_s: number
  peaks: Peaks
  /** null until the archive copy exists. */
  audio_url: string | null
  /** Stretches that were not recorded, in seconds from answer. */
  gaps?: RecordingGap[]
  /** Recorded apart from the call by policy, in order. */
  sides?: SideRecording[]
}

export interface RecordingGap {
  side: Side | 'both'
  from_s: number
  /** null: to the end. */
  to_s: number | null
  /** pin, bank, hold, missing */
  why: string
}

export interface Word {
  word: string
  /** Seconds from answer, the zero of the recording. */
  start: number
  end: number
  confidence: number
}

export type Side = 'caller' | 'hotline'

export interface Transcript {
  side: Side
  engine: string
  model: string
  is_test_model: boolean
  /** 1 for the first hearing; this is the newest. */
  version: number
  text: string
  /** `text` with punctuation and numbers as a person writes them. */
  normal_text: string
  words: Word[]
}

export interface CallDetail extends CallSummary {
  caller_raw: string
  menu_path: MenuStep[]
  queued_at: string | null
  seat_answered_at: string | null
  message_at: string | null
  /** Ids of the announcements the caller heard. */
  announcements: number[]
  /** What a result visit came to: a level, refused, person or machine. */
  visit: string
  /** False: another seat's call; neither sound nor words are for this person. */
  may_listen: boolean
  recording: Recording | null
  transcripts: Transcript[]
  /** Who held the call, second by second, without gap or overlap. */
  legs?: CallLeg[]
  /** Each seat's part in the call, consulted ones too. */
  seat_legs?: SeatLeg[]
}

export interface CallLeg {
  n: number
  /** menu, queue, seat, external, park, message, survey, pin */
  holder_kind: string
  /** A seat's extension, a queue's name, a number or entry of the directory. */
  holder: string
  /** listen, wait, ring, talk, hold, consult, conference */
  state: string
  started_at: string
  /** null: still going on. */
  ended_at: string | null
  why: string
}

export interface SeatLeg {
  n: number
  seat: string
  /** owner, consulted, conference, supervisor */
  role: string
  ring_at: string
  /** null: it rang in vain, or rings. */
  started_at: string | null
  /** null: still going on. */
  ended_at: string | null
  hold_s: number
}

export type Stage =
  | 'draft'
  | 'registered'
  | 'verifying'
  | 'established'
  | 'dispatched'
  | 'handling'
  | 'suspended'
  | 'deferred'
  | 'reported'
  | 'checking'
  | 'checked'
  | 'closed'
  | 'merged'
  | 'refused'
  | 'void'
export type CaseKind = 'consultation' | 'complaint' | 'report' | 'suggestion' | 'help' | 'praise'
export type Urgency = 'normal' | 'urgent' | 'critical'

export type CaseSort = 'newest' | 'oldest' | 'due' | 'changed'

/** Filters and order of a list of cases; empty: no matter. */
export interface CaseQuery {
  stage: Stage | ''
  q: string
  unit: string
  overdue: boolean
  sort: CaseSort
}

export interface CaseSummary {
  id: number
  number: string | null
  stage: Stage
  kind: CaseKind | ''
  urgency: Urgency
  caller_number: string
  district: string | null
  address: string
  description: string
  created_at: string
  call_id: string | null
  /** Code of the unit in charge. */
  unit: string | null
  /** running, paused, stopped; empty: not started. */
  clock: string
  yellow_at: string | null
  due_at: string | null
  clock_halted_at: string | null
}

export interface CategoryKey {
  edition: string
  kind: string
  code: string
}

export interface Category extends CategoryKey {
  major: string
  minor: string
  /** Unit of the whole city; null: it depends on the place. */
  unit: string | null
  is_local: boolean
  /** Days, YYYY-MM-DD; `valid_to` is the first it does not hold any more. */
  valid_from: string | null
  valid_to: string | null
  initials: string
  pinyin: string
}

/** What a seat fills in. */
export interface CaseForm {
  kind: CaseKind | ''
  urgency: Urgency
  district: string | null
  street: string | null
  community: string | null
  /** Grid cell, 15 digits. */
  cell: string | null
  longitude: number | null
  latitude: number | null
  /** Component, 16 digits. */
  part: string | null
  address: string
  category: CategoryKey | null
  description: string
  reporter_name: string
  callback_number: string
  confidential: boolean
  wants_visit: boolean
}

export interface CaseHistoryEntry {
  seq: number
  at: string
  /** Display name; null: the system did it. */
  actor: string | null
  move: string
  from_stage: string
  to_stage: string
  note: string
  /** What was filled in for the move itself. */
  inputs: Record<string, string | number>
  changes: Record<string, [unknown, unknown]>
}

export interface Choice {
  value: string
  label: string
  label_en: string
}

/** One thing a move asks for; the answer goes back in `inputs` under its name. */
export interface MoveInput {
  name: string
  label: string
  label_en: string
  kind: 'unit' | 'case' | 'number' | 'choice' | 'moment' | 'severity'
  required: boolean
  choices: Choice[]
  least: number
  most: number
}

export type MoveInputs = Record<string, string | number | null>

export interface CaseMove {
  name: string
  label: string
  label_en: string
  /** On the way from the call to the closed case. */
  main: boolean
  note_required: boolean
  /** Why it is not possible just now; empty: it is. */
  objection: string
  needs: string[]
  inputs: MoveInput[]
}

export interface CaseStage {
  name: string
  label: string
  label_en: string
  phase: string
  phase_label: string
  phase_label_en: string
}

/** The workflow table, in this city's words. */
export interface CaseWorkflow {
  stages: CaseStage[]
  moves: { name: string; label: string; label_en: string }[]
}

export interface Unit {
  code: string
  name: string
  district: string | null
  is_active: boolean
}

export interface CaseDetail extends CaseSummary, CaseForm {
  kind: CaseKind | ''
  version: number
  source: string
  registered_at: string | null
  established_at: string | null
  closed_at: string | null
  dispatched_at: string | null
  stage_due_at: string | null
  /** As the class was called when the case was registered. */
  category_major: string
  category_minor: string
  severity_rank: number | null
  severity_condition: string
  limit_value: number | null
  limit_unit: string
  extra_value: number
  /** The limit reaches into this year, whose holidays nobody has entered. */
  unknown_year: number | null
  warning: '' | 'yellow' | 'red'
  pending: string
  pending_level: number
  pending_value: number | null
  pending_until: string | null
  resume_at: string | null
  delays: number
  returns: number
  reworks: number
  urges: number
  supervisions: number
  exempt: boolean
  rating: number | null
  merged_into: number | null
  helpers: string[]
  history: CaseHistoryEntry[]
  moves: CaseMove[]
}

export interface Place {
  code: string
  name: string
  /** 2 city, 3 district, 4 street, 5 community, 6 grid cell. */
  level: number
  parent: string | null
  /** Last day it counts; null: no end. */
  valid_to: string | null
}

export interface Seat {
  extension: string
  display_name: string
  logged_in: boolean
  state: string
  /** Names of the queues it is logged in to. */
  queues: string[]
  /** Level 1 is rung first. */
  skills: { skill: string; level: number }[]
}

export interface Transcription {
  state: 'ready' | 'no_model' | 'downloading'
  model: string
  is_test_model: boolean
  /** What to do about a missing model; empty when ready. */
  help: string
  /** What the model makes of places and categories (业务词); empty: nothing known. */
  words: string
  /** Recognisers that run, and how many of them are at work. */
  workers: number
  busy: number
  /** Recordings without a transcript; those of them that failed and are tried again. */
  waiting: number
  failed: number
  last_error: string
}

export interface Status {
  transcription: Transcription
  parts: Record<string, { up: boolean; detail: string }>
}

export type LiveMessage =
  | { type: 'call'; call: CallSummary }
  | { type: 'case'; case: CaseSummary }
  | { type: 'case_gone'; case_id: number }
  | { type: 'transcript'; call_id: string }
  | { type: 'recording'; call_id: string }
  | { type: 'presence'; seat: SeatLive }
  | { type: 'board'; board: Board }
  | { type: 'notice'; notice: Notice }
  | { type: 'pop'; pop: Pop }
  | { type: 'pop_over'; call_id: string }
  | { type: 'pin'; call_id: string; result: PinResult }
  | ({ type: 'help' } & HelpSentence)
  | { type: 'help_over'; call_id: string }
  | { type: 'quality'; score_id: number; state: string }
  | { type: 'keyword_alert'; call_id: string; recording_id: number; seen: boolean }
  | { type: 'ping' }
