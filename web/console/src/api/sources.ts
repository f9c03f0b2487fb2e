import { request } from './client'
import type { CaseKind, CategoryKey, Urgency } from './types'

export const CHANNELS = ['web', 'app', 'wechat', 'media', 'patrol', 'leader', 'sensor', 'video', 'platform'] as const
export type Channel = (typeof CHANNELS)[number]
export type ReportState = 'opened' | 'similar' | 'noted'

export interface SourceKey {
  id: number
  /** Its first letters. */
  hint: string
  created_at: string
  revoked_at: string | null
  /** To the hour. */
  used_at: string | null
}

/** Who reports without a call. */
export interface Source {
  code: string
  name: string
  channel: Channel
  kind: CaseKind
  urgency: Urgency
  category: CategoryKey | null
  threshold: number | null
  registers: boolean
  per_minute: number
  similar_minutes: number
  similar_m: number
  similar_percent: number
  is_active: boolean
  version: number
  keys: SourceKey[]
  /** Reports of the last 24 hours by state. */
  day: Partial<Record<ReportState, number>>
}

export interface SourceReport {
  id: number
  source: string
  external_id: string
  via: string
  received_at: string
  state: ReportState
  case_id: number | null
  case_number: string | null
  description: string
  address: string
  device: string
  value: number | null
  unit: string
  media: string[]
}

export type SourceForm = Omit<Source, 'code' | 'channel' | 'version' | 'keys' | 'day'>

const SOURCES = '/sources'
const of = (code: string) => `${SOURCES}/${encodeURIComponent(code)}`

export const sourcesApi = {
  list: () => request<{ items: Source[] }>('GET', SOURCES),
  /** What is not named is as usual for the channel. */
  add: (code: string, channel: Channel, name: string) => request<Source>('POST', SOURCES, { code, channel, name }),
  change: (source: Source, form: SourceForm) => request<Source>('PATCH', of(source.code), { ...form, version: source.version }),
  /** The key is shown this once. */
  addKey: (code: string) => request<SourceKey & { key: string }>('POST', `${of(code)}/keys`, {}),
  revokeKey: (code: string, id: number) => request<void>('DELETE', `${of(code)}/keys/${id}`),
  reports: (code: string, cursor: number | null) =>
    request<{ items: SourceReport[]; next: number | null }>('GET', `${of(code)}/reports`, undefined, { cursor }),
  ofCase: (id: number) => request<{ items: SourceReport[] }>('GET', `/cases/${id}/reports`),
}
