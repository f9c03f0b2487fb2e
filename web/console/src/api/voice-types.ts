// The API of the voice menu, its announcements, calendar, queues, surveys and trunks. Times are ISO 8601 UTC.

export interface FlowSummary {
  name: string
  label: string
  /** The one callers meet now. */
  selected: boolean
  /** 0: as it came with the product. */
  version: number
  published_at: string | null
}

export interface FlowVersion {
  version: number
  author: string
  note: string
  published_at: string
}

export interface FlowDetail {
  name: string
  label: string
  text: string
  version: number
  packaged: boolean
  versions: FlowVersion[]
}

export interface FlowProblem {
  /** From 1. */
  line: number
  step: string
  message: string
  fix: string
  message_en: string
  fix_en: string
}

export interface FlowNode {
  id: string
  label: string
  kind: string
  line: number
  prompts: string[]
}

export interface FlowEdge {
  from: string
  to: string
  key: string
}

export interface FlowGraph {
  nodes: FlowNode[]
  edges: FlowEdge[]
}

export interface FlowCheck {
  problems: FlowProblem[]
  graph: FlowGraph | null
}

export type SpeechLanguage = 'zh_CN' | 'en'

export interface Prompt {
  id: string
  zh: string
  en: string
  languages: Partial<Record<SpeechLanguage, { seconds: number; source: 'synthesised' | 'studio' }>>
}

export type AnnouncementMode = 'before' | 'instead'
export type AnnouncementState = 'planned' | 'active' | 'over' | 'off'

export interface AnnouncementForm {
  title: string
  text_zh: string
  text_en: string
  mode: AnnouncementMode
  /** Names of the queues whose callers hear it; empty: everybody. */
  queues: string[]
  starts_at: string
  ends_at: string
}

export type AnnouncementSource = 'synthesised' | 'uploaded' | 'phone'

export interface Announcement extends AnnouncementForm {
  id: number
  enabled: boolean
  source: AnnouncementSource
  state: AnnouncementState
  has_audio: boolean
}

export type FlagPath = 'slow_queue' | 'warning' | 'message_only'
export type FlagState = 'proposed' | 'active' | 'refused' | 'ended' | 'expired'

/** Whose number it is: typed in, or that of a call, which the person may not see in full. */
export type FlagNumber = { number: string } | { call_id: string }

export interface FlagForm {
  reason: string
  path: FlagPath
  expires_at: string
}

export interface Flag extends FlagForm {
  id: number
  /** Masked where the reader may not see it. */
  number: string
  state: FlagState
  call_id: string | null
  /** Display names; empty before the review. */
  proposed_by: string
  reviewed_by: string
  review_note: string
  end_note: string
  created_at: string
  /** Whether the reader may approve or refuse it: never the own proposal. */
  may_review: boolean
}

export interface ArticleForm {
  title: string
  text: string
  /** Place in the spoken list, smallest first. */
  key_order: number
  published: boolean
}

export interface Article extends ArticleForm {
  id: number
  has_audio: boolean
}

export type DayKind = 'workday' | 'weekend' | 'holiday' | 'makeup' | 'special'

export interface CalendarDay {
  /** YYYY-MM-DD */
  date: string
  kind: DayKind
  name: string
  source: 'library' | 'local'
}

export interface CalendarYear {
  year: number
  /** False: nobody has told the holidays of this year yet. */
  known: boolean
  days: CalendarDay[]
}

export interface QueueState {
  name: string
  label: string
  label_en: string
  /** What a seat must be able to do to serve it. */
  skill: string
  open: boolean
  waiting: number
  longest_wait_s: number
  /** Logged in. */
  seats: number
  ready: number
  talking: number
  hours: string
  /** Name of a queue; empty: none. */
  overflow_to: string
  /** Queue that serves outside of the hours; empty: none. */
  closed_to: string
  max_wait_s: number
  callback: boolean
}

export type CallbackState = 'waiting' | 'dialling' | 'done' | 'failed' | 'expired' | 'cancelled'

export interface Callback {
  id: number
  kind: 'requested' | 'missed'
  number: string
  queue: string
  state: CallbackState
  joined_at: string
  attempts: number
  /** What came of the last attempt; empty before the first. */
  result: string
  next_at: string | null
  expires_at: string
  /** Empty: no call behind it. */
  call_id: string
}

export interface SurveyCount {
  level: number
  label: string
  count: number
}

export interface SurveySeat {
  seat: string
  asked: number
  answered: number
  levels: SurveyCount[]
}

export interface SurveySummary {
  asked: number
  answered: number
  levels: SurveyCount[]
  by_seat: SurveySeat[]
}

export interface Visit {
  id: number
  case_id: number
  case_number: string
  number: string
  state: string
  /** A level 1 to 5, person, refused; or why it came to nothing. */
  result: string
  attempts: number
  next_at: string | null
}

export interface Trunk {
  name: string
  kind: 'sip' | 'e1'
  state: 'up' | 'down' | 'unknown'
  /** Why it is down, or which part of it is. */
  detail: string
  limit: number
  used: number
  peak: number
  refused_today: number
  since: string | null
}

export interface Pool {
  limit: number
  used: number
  refused_today: number
}

export interface Trunks {
  items: Trunk[]
  pools: { trunk: Pool; ivr: Pool; seats: Pool }
}

export interface Items<T> {
  items: T[]
}
