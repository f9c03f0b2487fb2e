import { language } from '@/i18n'

import { ApiError, failure, request } from './client'
import type { Page, Recording, Role } from './types'

export type Kind = 'answered' | 'message' | 'missed' | 'menu' | 'callback' | 'visit' | 'forwarded'
export type Flag = 'confidential' | 'emergency' | 'nuisance'

export interface RuleForm {
  name: string
  /** null: calls with and without a case. */
  has_case: boolean | null
  kinds: Kind[]
  flags: Flag[]
  /** 0: for good. */
  months: number
}

export interface Rule extends RuleForm {
  id: number
  made_by: string
  made_at: string
  ended_by: string | null
  ended_at: string | null
}

export interface Retention {
  case_months: number
  other_months: number
  signers: 'inspector_administrator' | 'administrators'
  lifter: 'other_administrator' | 'administrator'
  rules: Rule[]
  last_sweep: { day: string; seen: number; due: number; held: number } | null
}

export interface Preview {
  seen: number
  due: number
  held: number
  sample: { recording_id: number; call_id: string; recorded_at: string; duration_s: number }[]
  /** False: there are more recordings than could be looked at in time. */
  complete: boolean
}

export type HoldScope = 'recording' | 'call' | 'case' | 'number'

export interface Hold {
  id: number
  scope: HoldScope
  target: string
  /** Of a case that is registered. */
  case_number: string
  reason: string
  set_by: string
  set_at: string
  lifted_by: string | null
  lifted_at: string | null
  lift_reason: string
  may_lift: boolean
}

export type DeletionState = 'proposed' | 'approved' | 'refused' | 'done'
/** Why the reader cannot sign. */
export type SignBar = 'decided' | 'own' | 'role' | 'other_role' | 'stale' | 'right'

export type ItemState = 'waiting' | 'erasing' | 'deleted' | 'held' | 'skipped'

export interface Deletion {
  id: number
  /** null: the daily sweep. */
  made_by: string | null
  made_at: string
  why: string
  state: DeletionState
  first_by: string | null
  second_by: string | null
  refused_by: string | null
  note: string
  counts: Partial<Record<ItemState, number>>
  done_at: string | null
  may_sign: boolean
  sign_bar: SignBar | null
  may_refuse: boolean
}

/** What is left of a deleted recording. */
export interface Proof {
  deleted_at: string
  first_by: string
  second_by: string
  /** Of both sides as captured, and of the object as it lay in the archive. */
  caller_sha256: string
  hotline_sha256: string
  archive_sha256: string
  archive_bytes: number
  store: string
}

export interface DeletionItem {
  id: number
  recording_id: number
  call_id: string
  recorded_at: string
  duration_s: number
  state: ItemState
  why: string
  proof: Proof | null
}

export interface DataRequest {
  id: number
  number: string
  reason: string
  asked_by: string
  asked_at: string
  state: 'waiting' | 'ready' | 'fetched' | 'expired' | 'failed'
  last_error: string
  calls: number
  recordings: number
  cases: number
  size: number
  ready_at: string | null
  expires_at: string | null
  fetched_at: string | null
  may_fetch: boolean
}

export interface ExportLine {
  id: number
  code: string
  recording_id: number
  call_id: string
  taker: string
  reason: string
  format: string
  at: string
  sha256: string
  size: number
}

export type Right = 'listen' | 'reveal' | 'export' | 'delete' | 'inspect'

/** All that is set must hold; nothing set: every call. */
export interface Limit {
  queues: string[]
  districts: string[]
  own: boolean
  nobodys: boolean
}

export interface Person {
  id: number
  username: string
  display_name: string
  role: Role
  rights: Record<Right, Limit[]>
}

export interface GrantForm {
  account_id: number
  right: Right
  allowed: boolean
  queues: string[]
  districts: string[]
  own: boolean
  note: string
  expires_at: string | null
}

export interface Grant extends GrantForm {
  id: number
  given_by: string
  given_at: string
  ended_by: string | null
  ended_at: string | null
}

/** A call's recording with what was recorded beside it (旁录). */
export type WithSides = Recording & { sides?: { id: number; state: string }[] }

/** What the reader may do with one recording. */
export interface Access {
  may_reveal: boolean
  may_export: boolean
  may_delete: boolean
  may_inspect: boolean
  reason_asked: boolean
  reason_until: string | null
}

type Numbered<T> = Omit<Page<T>, 'next'> & { next: number | null }

export const retentionApi = {
  retention: () => request<Retention>('GET', '/retention'),
  addRule: (form: RuleForm) => request<Rule>('POST', '/retention/rules', form),
  endRule: (id: number) => request<Rule>('POST', `/retention/rules/${id}/end`, {}),
  preview: (form: RuleForm) => request<Preview>('POST', '/retention/preview', form),

  holds: (cursor: number | null) => request<Numbered<Hold>>('GET', '/holds', undefined, { cursor }),
  hold: (scope: HoldScope, target: string, reason: string) =>
    request<Hold>('POST', '/holds', { scope, target, reason }),
  lift: (id: number, reason: string) => request<Hold>('POST', `/holds/${id}/lift`, { reason }),

  deletions: (cursor: number | null) => request<Numbered<Deletion>>('GET', '/deletions', undefined, { cursor }),
  deletionItems: (id: number, cursor: number | null) =>
    request<Numbered<DeletionItem>>('GET', `/deletions/${id}/items`, undefined, { cursor }),
  propose: (recording_ids: number[], why: string) => request<Deletion>('POST', '/deletions', { recording_ids, why }),
  sign: (id: number, note: string) => request<Deletion>('POST', `/deletions/${id}/sign`, { note }),
  refuse: (id: number, note: string) => request<Deletion>('POST', `/deletions/${id}/refuse`, { note }),

  requests: (cursor: number | null) => request<Numbered<DataRequest>>('GET', '/personal-data', undefined, { cursor }),
  askFor: (number: string, reason: string) => request<DataRequest>('POST', '/personal-data', { number, reason }),
  fetchData: (id: number) => download(`/personal-data/${id}/fetch`, {}),

  exports: (cursor: number | null) =>
    request<Numbered<ExportLine>>('GET', '/recording-exports', undefined, { cursor }),
  export: (recording: number, reason: string, format: 'original' | 'wav') =>
    download(`/recordings/${recording}/export`, { reason, format }),
  number: (recording: number) => request<{ caller: string }>('POST', `/recordings/${recording}/number`, {}),
  access: (recording: number) => request<Access>('GET', `/recordings/${recording}/access`),

  people: () => request<{ items: Person[] }>('GET', '/recording-rights'),
  grants: (cursor: number | null) => request<Numbered<Grant>>('GET', '/recording-grants', undefined, { cursor }),
  give: (form: GrantForm) => request<Grant>('POST', '/recording-grants', form),
  endGrant: (id: number, note: string) => request<Grant>('POST', `/recording-grants/${id}/end`, { note }),
}

/** Ask for a file and hand it to the browser under the server's name. Throws ApiError. */
async function download(path: string, body: object): Promise<void> {
  const headers = { 'Accept-Language': language.value, 'Content-Type': 'application/json' }
  let answer: Response
  try {
    answer = await fetch(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw await failure(answer)
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(0, 'offline', '')
  }
  const name = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? 'download'
  const url = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken the file over by then.
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
