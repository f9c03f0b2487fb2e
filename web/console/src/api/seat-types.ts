// What a seat does at this moment, as the switch knows it. Times are ISO 8601 UTC.

/** offline: not logged in; unreachable: logged in, but none of its devices answers. */
export const SEAT_STATES = [
  'ready',
  'ringing',
  'talking',
  'hold',
  'consult',
  'conference',
  'outbound',
  'wrap_up',
  'paused',
  'supervising',
  'unreachable',
  'offline',
] as const
export type SeatState = (typeof SEAT_STATES)[number]

export type SeatCallState = 'ringing' | 'talking' | 'hold' | 'consult' | 'conference' | 'pin' | 'dialling'

/** The other person of a consultation or conference. */
export interface SeatCallPeer {
  kind: 'seat' | 'queue' | 'external'
  value: string
  label: string
  state: 'ringing' | 'talking'
}

export interface SeatCall {
  call_id: string
  state: SeatCallState
  direction: 'inbound' | 'outbound'
  queue: string
  since: string
  with: SeatCallPeer | null
}

export interface SeatLive {
  extension: string
  display_name: string
  account_id: number | null
  state: SeatState
  since: string
  /** Code of a pause reason; reserved ones: wrapup, callback, missed, outbound. */
  reason: string
  device: 'browser' | 'phone' | ''
  devices: { kind: 'browser' | 'phone'; reachable: boolean }[]
  queues: string[]
  /** End of the wrap-up or of the pause's limit. */
  until: string | null
  over_limit: boolean
  call: SeatCall | null
}

export interface PauseReason {
  id?: number
  code: string
  label: string
  label_en: string
  /** 0: as long as one likes. */
  limit_minutes: number
  active: boolean
}

export interface Notice {
  id: number
  text: string
  from: string
  at: string
}
