import { request } from './client'
import type { Board, SupervisionMode, Watch } from './board-types'
import type { SeatLive, SeatState } from './seat-types'
import type { Items } from './voice-types'

const segment = encodeURIComponent

export type NoticeTo = 'all' | { queue: string } | { seats: string[] }

/** What leaders see and do live. */
export const boardApi = {
  board: () => request<Board>('GET', '/board'),
  seatsLive: () => request<Items<SeatLive>>('GET', '/seats/live'),

  /** Whom I listen to now; undefined: nobody. */
  supervision: () => request<Watch | undefined>('GET', '/supervision'),
  /** Answers once I listen: my telephone may ring for 20 s before. */
  supervise: (extension: string, mode: SupervisionMode) =>
    request<Watch>('POST', '/supervision', { extension, mode }),
  switchMode: (mode: SupervisionMode) => request<Watch>('PATCH', '/supervision', { mode }),
  endSupervision: () => request<void>('DELETE', '/supervision'),
  takeOver: (extension: string) => request<unknown>('POST', '/supervision/take-over', { extension }),
  hangUp: (extension: string, note: string) => request<unknown>('POST', '/supervision/hang-up', { extension, note }),

  forceState: (extension: string, state: Extract<SeatState, 'ready' | 'paused' | 'offline'>, reason: string, note: string) =>
    request<unknown>('POST', `/seats/${segment(extension)}/state`, { state, note, ...(reason ? { reason } : {}) }),
  notify: (text: string, to: NoticeTo) => request<unknown>('POST', '/notices', { text, to }),
  moveWaiting: (queue: string, callId: string, move: { queue?: string; first?: boolean }) =>
    request<unknown>('POST', `/queues/${segment(queue)}/waiting/${segment(callId)}/move`, move),
}
