import { request } from './client'

export type SampleRule =
  | 'random'
  | 'keyword'
  | 'low_survey'
  | 'complaint'
  | 'talk_over'
  | 'silence'
  | 'short'
  | 'long'
  | 'new_seat'
  | 'manual'
export type SampleState = 'waiting' | 'claimed' | 'scored' | 'skipped' | 'gone'
export type ScoreState = 'submitted' | 'appealed' | 'upheld' | 'changed'
export type ItemKind = 'points' | 'yes_no' | 'fatal'
export type Check = 'greeting' | 'closing' | 'forbidden' | 'talk_over' | 'silence' | 'speech_rate'

export interface SheetItem {
  code: string
  title: string
  kind: ItemKind
  weight: number
  /** Most points of an item of kind `points`. */
  scale: number
  /** Of a fatal item: what is left at most. */
  cap: number
  guide: string
  optional: boolean
  check: Check | null
}

export interface SheetGroup {
  code: string
  title: string
  weight: number | null
  items: SheetItem[]
}

export interface SheetBody {
  groups: SheetGroup[]
  pass_mark: number
}

export interface Sheet {
  id: number
  family: number
  version: number
  name: string
  state: 'draft' | 'published' | 'retired'
  body: SheetBody
  valid_from: string | null
  valid_until: string | null
  revision: number
  created_by: string
  published_by: string
  published_at: string | null
}

export interface Sample {
  id: number
  recording_id: number
  call_id: string
  seat: string
  agent: string
  day: string
  reasons: { rule: SampleRule; detail: string }[]
  priority: number
  state: SampleState
  claimed_by: string
  claimed_until: string | null
  is_mine: boolean
  skip_note: string
  score_id: number | null
  total: number | null
}

export interface Finding {
  check: Check
  verdict: 'good' | 'bad' | 'unknown'
  figure: number | null
  share: number | null
  evidence: { at_s: number; words: string; length_s: number }[]
  /** It hangs on words the test model wrote. */
  is_worthless: boolean
}

export interface ItemAnswer {
  points?: number | null
  yes?: boolean | null
  not_applicable?: boolean
  note?: string
}

export type Answers = Record<string, ItemAnswer>

export interface ScoreMark {
  at_s: number
  item: string
  text: string
}

/** What an inspector fills in; also what is kept while it is not handed in. */
export interface Filled {
  sheet_id: number
  answers: Answers
  comment: string
  marks: ScoreMark[]
}

export interface SampleDetail extends Sample {
  draft: Partial<Filled>
  sheets: Sheet[]
  findings: Finding[]
}

export interface Score {
  id: number
  call_id: string
  recording_id: number
  seat: string
  agent: string
  inspector: string
  day: string
  total: number
  is_fatal: boolean
  passed: boolean
  state: ScoreState
  submitted_at: string
  appeal_until: string
  seen_at: string | null
  may_appeal: boolean
  may_review: boolean
}

export interface ScoreDetail extends Score {
  sheet: Sheet
  answers: Answers
  comment: string
  marks: ScoreMark[]
  findings: Finding[]
  appeal: {
    by: string
    at: string
    reason: string
    reviewed_by: string
    reviewed_at: string | null
    review_note: string
  } | null
  history: { at: string; actor: string; what: ScoreState; total: number; is_fatal: boolean; note: string }[]
}

export interface Progress {
  waiting: number
  claimed: number
  mine_today: number
  mine_week: number
  scored_week: number
}

export interface Mine {
  count: number
  average: number | null
  unseen: number
  appealed: number
}

export interface Calibration {
  id: number
  title: string
  call_id: string
  recording_id: number
  created_by: string
  created_at: string
  closed_at: string | null
  inspectors: string[]
  done: number
  is_asked: boolean
  has_scored: boolean
  may_close: boolean
}

export interface ItemAgreement {
  code: string
  low: number | null
  high: number | null
  mean: number | null
  agreement: number
}

export interface CalibrationDetail extends Calibration {
  sheet: Sheet
  scores: { inspector: string; total: number; is_fatal: boolean; passed: boolean; comment: string; answers: Answers }[]
  agreement: { items: ItemAgreement[]; mean: number; spread: number; agreement: number; same_verdict: boolean } | null
}

export interface ReportLine {
  key: string
  name: string
  count: number
  average: number
  low: number
  high: number
  pass_rate: number
  fatal_rate: number
  appeal_rate: number
  changed_rate: number
}

export interface ItemLine {
  code: string
  title: string
  is_fatal: boolean
  count: number
  average: number
  loss_rate: number
}

export interface Report {
  first: string
  last: string
  whole: ReportLine | null
  by_seat: ReportLine[]
  by_inspector: ReportLine[]
  by_week: ReportLine[]
  by_month: ReportLine[]
  items: ItemLine[]
}

export interface NumberedPage<T> {
  items: T[]
  next: number | null
}

interface SampleFilter {
  state?: SampleState | ''
  seat?: string
  rule?: SampleRule | ''
  week?: string
  mine?: boolean
  cursor?: number | null
}

interface ScoreFilter {
  state?: ScoreState | ''
  seat?: string
  mine?: boolean
  cursor?: number | null
}

const of = (id: number, verb = '') => `/${id}${verb && `/${verb}`}`

export const quality = {
  sheets: () => request<{ items: Sheet[] }>('GET', '/quality/sheets'),
  addSheet: (name: string, body: SheetBody, copyOf: number | null) =>
    request<Sheet>('POST', '/quality/sheets', { name, body, copy_of: copyOf }),
  saveSheet: (id: number, revision: number, name: string, body: SheetBody) =>
    request<Sheet>('PATCH', `/quality/sheets${of(id)}`, { revision, name, body }),
  publishSheet: (id: number, validFrom: string, validUntil: string | null) =>
    request<Sheet>('POST', `/quality/sheets${of(id, 'publish')}`, { valid_from: validFrom, valid_until: validUntil }),
  retireSheet: (id: number) => request<Sheet>('POST', `/quality/sheets${of(id, 'retire')}`, {}),

  progress: () => request<Progress>('GET', '/quality/progress'),
  samples: (filter: SampleFilter) =>
    request<NumberedPage<Sample>>('GET', '/quality/samples', undefined, { ...filter, mine: filter.mine || null }),
  sample: (id: number) => request<SampleDetail>('GET', `/quality/samples${of(id)}`),
  choose: (callId: string, note: string) => request<Sample>('POST', '/quality/samples', { call_id: callId, note }),
  draw: (week: string) => request<{ made: number }>('POST', '/quality/samples/draw', { week }),
  next: () => request<Sample>('POST', '/quality/samples/next', {}),
  claim: (id: number) => request<Sample>('POST', `/quality/samples${of(id, 'claim')}`, {}),
  release: (id: number) => request<Sample>('POST', `/quality/samples${of(id, 'release')}`, {}),
  skip: (id: number, note: string) => request<Sample>('POST', `/quality/samples${of(id, 'skip')}`, { note }),
  keep: (id: number, draft: Filled) => request<Sample>('PATCH', `/quality/samples${of(id)}`, { draft }),
  submit: (id: number, filled: Filled) =>
    request<{ score_id: number; total: number }>('POST', `/quality/samples${of(id, 'score')}`, filled),

  mine: () => request<Mine>('GET', '/quality/mine'),
  scores: (filter: ScoreFilter) =>
    request<NumberedPage<Score>>('GET', '/quality/scores', undefined, { ...filter, mine: filter.mine || null }),
  score: (id: number) => request<ScoreDetail>('GET', `/quality/scores${of(id)}`),
  seen: (id: number) => request<ScoreDetail>('POST', `/quality/scores${of(id, 'seen')}`, {}),
  appeal: (id: number, reason: string) =>
    request<ScoreDetail>('POST', `/quality/scores${of(id, 'appeal')}`, { reason }),
  review: (id: number, note: string, answers: Answers | null) =>
    request<ScoreDetail>('POST', `/quality/scores${of(id, 'review')}`, { note, answers }),

  inspectors: () => request<{ items: { id: number; display_name: string; role: string }[] }>('GET', '/quality/inspectors'),
  calibrations: () => request<{ items: Calibration[] }>('GET', '/quality/calibrations'),
  calibration: (id: number) => request<CalibrationDetail>('GET', `/quality/calibrations${of(id)}`),
  beginCalibration: (title: string, callId: string, sheetId: number, inspectors: number[]) =>
    request<CalibrationDetail>('POST', '/quality/calibrations', { title, call_id: callId, sheet_id: sheetId, inspectors }),
  scoreCalibration: (id: number, filled: Filled) =>
    request<CalibrationDetail>('POST', `/quality/calibrations${of(id, 'score')}`, filled),
  closeCalibration: (id: number) => request<CalibrationDetail>('POST', `/quality/calibrations${of(id, 'close')}`, {}),

  report: (from: string, to: string, seat: string) =>
    request<Report>('GET', '/quality/report', undefined, { from, to, seat }),
  csv: (from: string, to: string, by: string) =>
    `/api/v1/quality/report.csv?${new URLSearchParams({ from, to, ...(by && { by }) }).toString()}`,
}
