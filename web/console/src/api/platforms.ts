import { request } from './client'

export type WebhookState = 'active' | 'paused' | 'disabled' | 'ended'
export type DeliveryState = 'waiting' | 'delivered' | 'given_up'

export interface WebhookForm {
  name: string
  url: string
  /** Empty: all. */
  moves: string[]
  stages: string[]
}

export interface Webhook extends WebhookForm {
  id: number
  state: WebhookState
  why: string
  made_at: string
  failing_since: string | null
  failures: number
  next_at: string | null
  delivered_at: string | null
  waiting: number
}

export interface Delivery {
  id: number
  sequence: number
  event_id: string
  move: string
  case_id: number
  state: DeliveryState
  attempts: number
  made_at: string
  done_at: string | null
}

export interface Attempt {
  at: string
  took_ms: number
  status: number | null
  problem: string
  request: string
  response: string
}

export type PlatformKind = '12345' | 'grid' | 'department' | 'other'
export type PlatformFormat = 'json' | 'xml'
export type Table = 'class' | 'place' | 'stage' | 'unit'
export type Way = 'in' | 'out' | 'both'
export type MessageState = 'accepted' | 'refused' | 'held' | 'waiting' | 'sent' | 'acknowledged'

export interface PlatformForm {
  name: string
  kind: PlatformKind
  format: PlatformFormat
  /** Empty: it only sends. */
  url: string
  /** User name of whoever it moves cases as; empty: it moves none. */
  account: string
}

export interface Platform extends PlatformForm {
  code: string
  is_active: boolean
  made_at: string
  failing_since: string | null
  failures: number
  next_at: string | null
  heard_at: string | null
  reached_at: string | null
  waiting: number
  held: number
  unmapped: number
}

export interface CodeForm {
  table: Table
  way: Way
  ours: string
  theirs: string
  name: string
}

export interface Code extends CodeForm {
  id: number
}

export interface Unmapped {
  table: Table
  way: Way
  code: string
  times: number
  first_at: string
  last_at: string
}

export interface Message {
  id: number
  way: Way
  message_id: string
  kind: 'case' | 'state' | 'receipt' | 'daily'
  day: string
  case_id: number | null
  reference: string
  state: MessageState
  problem: string
  attempts: number
  made_at: string
  sent_at: string | null
  acknowledged_at: string | null
}

/** Lists of message ids. */
export interface PlatformDay {
  day: string
  sent: string[]
  acknowledged: string[]
  refused_by_them: string[]
  without_receipt: string[]
  unsent: string[]
  received: string[]
  refused_by_us: string[]
  is_compared: boolean
  missing_here: string[]
  missing_there: string[]
  not_listed: string[]
  never_sent: string[]
  words: string
}

interface List<T> {
  items: T[]
}

interface Numbered<T> extends List<T> {
  next: number | null
}

const at = (code: string) => `/platforms/${encodeURIComponent(code)}`

/** Webhooks (事件推送). Each throws ApiError. */
export const webhooksApi = {
  list: () => request<List<Webhook>>('GET', '/webhooks'),
  add: (form: WebhookForm) => request<Webhook & { secret: string }>('POST', '/webhooks', form),
  change: (id: number, changes: Partial<WebhookForm> & { is_active?: boolean }) =>
    request<Webhook>('PATCH', `/webhooks/${id}`, changes),
  end: (id: number) => request<void>('DELETE', `/webhooks/${id}`),
  renew: (id: number) => request<{ secret: string }>('POST', `/webhooks/${id}/secret`, {}),
  test: (id: number) => request<void>('POST', `/webhooks/${id}/test`, {}),
  deliveries: (id: number, cursor: number | null) =>
    request<Numbered<Delivery>>('GET', `/webhooks/${id}/deliveries`, undefined, { cursor, limit: 50 }),
  delivery: (id: number, delivery: number) =>
    request<Delivery & { body: string; log: Attempt[] }>('GET', `/webhooks/${id}/deliveries/${delivery}`),
  resend: (id: number, delivery: number) =>
    request<void>('POST', `/webhooks/${id}/deliveries/${delivery}/resend`, {}),
}

/** Other platforms (对接平台). Each throws ApiError. */
export const platformsApi = {
  list: () => request<List<Platform>>('GET', '/platforms'),
  add: (form: PlatformForm & { code: string }) => request<Platform & { secret: string }>('POST', '/platforms', form),
  change: (code: string, changes: Partial<PlatformForm> & { is_active?: boolean }) =>
    request<Platform>('PATCH', at(code), changes),
  renew: (code: string) => request<{ secret: string }>('POST', `${at(code)}/secret`, {}),
  codes: (code: string) => request<List<Code>>('GET', `${at(code)}/codes`),
  addCode: (code: string, form: CodeForm) => request<Code>('POST', `${at(code)}/codes`, form),
  removeCode: (code: string, id: number) => request<void>('DELETE', `${at(code)}/codes/${id}`),
  unmapped: (code: string) => request<List<Unmapped>>('GET', `${at(code)}/unmapped`),
  messages: (code: string, cursor: number | null) =>
    request<Numbered<Message>>('GET', `${at(code)}/messages`, undefined, { cursor, limit: 50 }),
  resend: (code: string, id: number) => request<Message>('POST', `${at(code)}/messages/${id}/resend`, {}),
  day: (code: string, day: string) => request<PlatformDay>('GET', `${at(code)}/days/${day}`),
}
