import { request } from './client'
import type { Stage } from './types'

export type Basis = 'rule' | 'catalogue' | 'catch_all' | 'history' | 'none'
export type Verdict = 'rule' | 'dispatch' | 'unit' | 'other'

export interface Version {
  version: number
  state: 'draft' | 'published'
  in_force: boolean
  based_on: number | null
  revision: number
  note: string
  rules: number
  made_at: string
  made_by: string
  published_at: string | null
  published_by: string
}

export interface RuleForm {
  /** Empty: any. */
  category_edition: string
  category_kind: string
  category_code: string
  place: string
  hours: string
  season_from: string
  season_to: string
  unit: string
  ground: string
}

export interface Rule extends RuleForm {
  id: number
  category_name: string
  place_name: string
  is_catch_all: boolean
}

export interface VersionDetail {
  version: number
  state: 'draft' | 'published' | 'discarded'
  revision: number
  rules: Rule[]
  problems: { rule_id: number | null; message: string; message_en: string }[]
}

export interface Proposal {
  unit: string | null
  because: string
  because_en: string
  basis: Basis
  version: number | null
  rule_id: number | null
  by_rule: string | null
  history: { unit: string; accepted: number; returned: number }[]
  history_days: number
}

export interface WhatIf {
  version: number
  against: number | null
  seen: number
  moved: number
  accepted: number
  right_before: number
  right_after: number
  flows: { before: string | null; after: string | null; cases: number }[]
  cases: {
    case_id: number
    number: string | null
    dispatched_at: string
    address: string
    kind: string
    code: string
    before: string | null
    after: string | null
    actual: string | null
    accepted: boolean
  }[]
}

export interface Returned {
  id: number
  case_id: number
  number: string | null
  address: string
  category_kind: string | null
  category_code: string | null
  dispatched_at: string
  dispatched_by: string
  unit: string
  proposed: string | null
  because: string
  returned_at: string | null
  returned_by: string
  reason: string
  verdict: Verdict | ''
  review_note: string
  reviewed_by: string
  reviewed_at: string | null
}

export interface LinkedCase {
  id: number
  number: string | null
  stage: Stage
  created_at: string
  district: string | null
  address: string
  description: string
}

export interface CaseLinks {
  is_group: boolean
  into: LinkedCase | null
  split_from: LinkedCase | null
  splits: LinkedCase[]
  reports: LinkedCase[]
  reports_total: number
  hints: { case: LinkedCase; distance_m: number | null; hours: number; words: number; why: string; why_en: string }[]
}

export interface Repeat {
  label: string
  place: string
  count: number
  open: number
  last_at: string
  cases: LinkedCase[]
}

export interface GroupEvent {
  case: LinkedCase
  note: string
  reports: number
}

const DRAFT = '/routing/draft'

export const routingApi = {
  versions: () => request<{ items: Version[] }>('GET', '/routing'),
  version: (version: number) => request<VersionDetail>('GET', `/routing/versions/${version}`),
  begin: () => request<VersionDetail>('POST', DRAFT, {}),
  discard: (revision: number) => request<{ items: Version[] }>('DELETE', DRAFT, undefined, { revision }),
  publish: (revision: number, note: string) => request<VersionDetail>('POST', `${DRAFT}/publish`, { revision, note }),
  add: (revision: number, rule: RuleForm) => request<VersionDetail>('POST', `${DRAFT}/rules`, { ...rule, revision }),
  change: (revision: number, id: number, rule: RuleForm) =>
    request<VersionDetail>('PUT', `${DRAFT}/rules/${id}`, { ...rule, revision }),
  remove: (revision: number, id: number) =>
    request<VersionDetail>('DELETE', `${DRAFT}/rules/${id}`, undefined, { revision }),
  whatIf: (version: number, days: number) =>
    request<WhatIf>('GET', `/routing/versions/${version}/what-if`, undefined, { days }),
  unitOf: (caseId: number) => request<Proposal>('GET', `/cases/${caseId}/unit`),
  returns: async (waiting: boolean, cursor: number | null) => {
    const query = { waiting: String(waiting), ...(cursor ? { cursor: String(cursor) } : {}) }
    const page = await request<{ items: Returned[]; next: string | null; waiting: number }>(
      'GET',
      '/routing/returns',
      undefined,
      query,
    )
    return { ...page, next: page.next ? Number(page.next) : null }
  },
  review: (id: number, verdict: Verdict, note: string) =>
    request<{ id: number }>('POST', `/routing/returns/${id}/review`, { verdict, note }),
  links: (caseId: number) => request<CaseLinks>('GET', `/cases/${caseId}/links`),
  callers: (days: number) => request<{ items: Repeat[] }>('GET', '/repeats/callers', undefined, { days }),
  places: (days: number) => request<{ items: Repeat[] }>('GET', '/repeats/places', undefined, { days }),
  events: () => request<{ items: GroupEvent[] }>('GET', '/group-events'),
}
