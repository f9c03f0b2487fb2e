// The live board and what leaders do from it. Times are ISO 8601 UTC, durations seconds, rates 0…1.

import type { SeatLive } from './seat-types'

export interface WaitingCall {
  call_id: string
  /** Masked where the reader may not see it. */
  caller: string
  since: string
  priority: number
}

/** Figures of today, of one queue or of all. */
export interface BoardFigures {
  longest_wait_s: number
  ready: number
  talking: number
  paused: number
  offered: number
  answered: number
  answered_15s: number
  /** Answered within 15 s / asked for a person; null: nobody asked yet. */
  rate_15s: number | null
  /** Answered / asked for a person. */
  connection_rate: number | null
  abandoned: number
  mean_wait_s: number | null
}

export interface BoardQueue extends BoardFigures {
  name: string
  label: string
  label_en: string
  waiting: WaitingCall[]
}

export interface BoardTotal extends BoardFigures {
  waiting: number
}

export interface Channels {
  used: number
  limit: number
}

export interface Alarm {
  kind: string
  text: string
  text_en: string
  since: string
}

export interface BoardHour {
  hour: number
  offered: number
  answered: number
  abandoned: number
}

export interface Board {
  at: string
  queues: BoardQueue[]
  total: BoardTotal
  seats: SeatLive[]
  trunk: Channels
  ivr: Channels
  alarms: Alarm[]
  hours: BoardHour[]
}

export type SupervisionMode = 'listen' | 'whisper' | 'barge'

/** A leader listening to a seat's call. */
export interface Watch {
  extension: string
  mode: SupervisionMode
  call_id: string
}
