import { request } from './client'
import type { RecordingState } from './types'

export interface StateFigures {
  state: RecordingState
  count: number
  /** Failed at least once, to be tried again. */
  failing: number
  oldest_at: string | null
}

export interface RecorderDisk {
  state: 'ok' | 'low' | 'full'
  free_mib: number
  min_free_mib: number
  free_percent: number
  min_free_percent: number
}

export interface CaptureStates {
  states: StateFigures[]
  disk: RecorderDisk
  staging: { count: number; bytes: number; oldest_at: string | null; keep_hours: number }
  transcription: { waiting: number; failed: number; last_error: string }
}

export interface StateItem {
  id: number
  call_id: string
  state: RecordingState
  created_at: string
  duration_s: number
  attempts: number
  last_error: string
  next_try_at: string | null
  busy: boolean
}

export interface StatePage {
  items: StateItem[]
  next: number | null
}

export interface RecordingPause {
  paused: boolean
  /** It goes on by itself then. */
  until: string | null
}

/** What was recorded beside a call (旁录). */
export interface SideRecording {
  id: number
  kind: 'consult' | 'whisper'
  /** Seconds from the beginning of the call's own recording. */
  from_s: number
  duration_s: number
  state: RecordingState
  /** null: not archived yet, or not the reader's. */
  audio_url: string | null
}

const CALL_RECORDING = '/seats/me/call/recording'

/** Recordings on their way, and pausing one's own call's. */
export const capture = {
  states: () => request<CaptureStates>('GET', '/recordings/states'),
  items: (query: { state?: RecordingState; failing?: boolean; cursor?: number }) =>
    request<StatePage>('GET', '/recordings/states/items', undefined, {
      state: query.state,
      failing: query.failing ? 'true' : undefined,
      cursor: query.cursor === undefined ? undefined : String(query.cursor),
    }),
  retry: (id: number) => request<StateItem>('POST', `/recordings/${id}/retry`, {}),

  pauseState: () => request<RecordingPause>('GET', CALL_RECORDING),
  pause: (paused: boolean) => request<RecordingPause>('POST', CALL_RECORDING, { paused }),
}
