// What the desk shows and does. Times are ISO 8601 UTC, durations seconds.

import type { CallSummary, CaseSummary, MenuStep } from './types'

export type PopReason = 'queue' | 'transfer' | 'return' | 'consult' | 'callback' | 'resume' | 'outbound'

/** Why a caller is treated specially: what a leader approved about the number. */
export interface PopFlag {
  path: string
  reason: string
}

/** Everything known about a caller at the moment the seat rings (来电弹屏). */
export interface Pop {
  call_id: string
  why: PopReason
  queue: string
  queue_label: string
  rang_at: string
  /** Normalised, masked where this seat may not see it; empty when withheld. */
  caller: string
  caller_kind: string
  /** Where the number belongs; empty when unknown. */
  place: string
  marks: string[]
  flag: PopFlag | null
  language: string
  menu_path: MenuStep[]
  wait_s: number
  priority: number
  /** The call's draft; null while there is none. */
  case_id: number | null
  earlier_calls: CallSummary[]
  earlier_cases: CaseSummary[]
  open_nearby: CaseSummary[]
  survey: { asked: number; mean: number | null; last: number | null } | null
}

export type TargetKind = 'seat' | 'queue' | 'directory' | 'number'

export interface Target {
  kind: TargetKind
  value: string
}

export interface DirectoryEntry {
  id: number
  code: string
  label: string
  label_en: string
  kind: 'district' | 'department' | 'emergency' | 'external'
  number: string
  active: boolean
}

export interface TransferTargets {
  seats: { extension: string; display_name: string; state: string }[]
  queues: { name: string; label: string; label_en: string; waiting: number; ready: number }[]
  directory: DirectoryEntry[]
  /** Numbers may be typed, of the patterns the settings allow. */
  may_key_in: boolean
}

export interface ParkedCall {
  call_id: string
  caller: string
  parked_by: string
  since: string
}

/** What a seat's browser registers with. */
export interface PhoneAccount {
  extension: string
  user: string
  password: string
  ws_url: string
  uri: string
  realm: string
  ice_servers: RTCIceServer[]
  codecs: string
}

export type CallVerb =
  | 'hold'
  | 'resume'
  | 'hangup'
  | 'transfer'
  | 'consult'
  | 'complete'
  | 'cancel'
  | 'swap'
  | 'conference'
  | 'leave'
  | 'park'
  | 'keys'
  | 'away'
  | 'menu'

export type PinResult = 'right' | 'wrong' | 'cancelled'

/** Exactly one of the four says whom to call. */
export type Callee = { number: string } | { call_id: string } | { callback_id: number } | { case_id: number }
