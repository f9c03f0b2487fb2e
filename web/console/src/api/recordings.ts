import { ApiError, failure, request } from './client'
import { language } from '@/i18n'
import type { Page } from './types'

export interface Mark {
  id: number
  /** Seconds from answer. */
  at_s: number
  /** Where a stretch ends; null: a moment. */
  until_s: number | null
  text: string
  author: string
  mine: boolean
  created_at: string
  changed_at: string | null
}

export type MarkForm = Pick<Mark, 'at_s' | 'until_s' | 'text'>

export interface Share {
  id: number
  at_s: number
  created_at: string
  expires_at: string
  revoked_at: string | null
}

export type NewShare = Share & { token: string }

/** A sentence in which the search was met. */
export interface Hit {
  side: 'caller' | 'hotline'
  at_s: number
  text: string
  /** [from, to) of what was met, in characters of `text`. */
  marks: [number, number][]
}

export interface FoundRecording {
  recording_id: number
  call_id: string
  started_at: string
  /** Masked where the reader may not see it. */
  caller: string
  seat: string
  queue: string
  duration_s: number
  case_id: number | null
  case_number: string
  score: number | null
  survey: number | null
  /** 0…1 of the call. */
  silence_share: number | null
  talk_over_s: number | null
  keywords: string[]
  /** Marks of the call: confidential, emergency, … */
  marks: string[]
  state: string
  hits: Hit[]
}

export type FoundPage = Page<FoundRecording> & { took_ms: number }

/** The search as the address holds it: names of the API, values as written. */
export type SearchQuery = Record<string, string>

export interface SavedSearch {
  id: number
  name: string
  /** Numbers are numbers here. */
  query: Record<string, unknown>
  /** For everybody. */
  shared: boolean
  mine: boolean
}

const marks = (recording: number) => `/recordings/${recording}/marks`
const shares = (recording: number) => `/recordings/${recording}/shares`

export const recordingsApi = {
  search: (query: SearchQuery, cursor: string | null) =>
    request<FoundPage>('GET', '/recordings/search', undefined, { ...query, cursor, limit: 30 }),
  savedSearches: () => request<{ items: SavedSearch[] }>('GET', '/saved-searches'),
  saveSearch: (name: string, query: SearchQuery) => request<SavedSearch>('POST', '/saved-searches', { name, query }),
  forgetSearch: (id: number) => request<void>('DELETE', `/saved-searches/${id}`),

  marks: (recording: number) => request<{ items: Mark[] }>('GET', marks(recording)),
  addMark: (recording: number, mark: MarkForm) => request<Mark>('POST', marks(recording), mark),
  editMark: (recording: number, id: number, mark: MarkForm) =>
    request<Mark>('PATCH', `${marks(recording)}/${id}`, mark),
  removeMark: (recording: number, id: number) => request<void>('DELETE', `${marks(recording)}/${id}`),

  shares: (recording: number) => request<{ items: Share[] }>('GET', shares(recording)),
  share: (recording: number, at_s: number, hours: number) =>
    request<NewShare>('POST', shares(recording), { at_s, hours }),
  revokeShare: (recording: number, id: number) => request<void>('DELETE', `${shares(recording)}/${id}`),
  openShare: (recording: number, token: string) =>
    request<{ call_id: string; at_s: number }>('POST', `${shares(recording)}/open`, { token }),

  /** Say why it is opened, where the hotline's policy asks. */
  sayWhy: (recording: number, reason: string) =>
    request<unknown>('POST', `/recordings/${recording}/access`, { reason }),
}

/** Why a sound could not be played: an audio element does not tell. */
export async function whyNot(url: string): Promise<ApiError> {
  let answer: Response
  try {
    answer = await fetch(url, { headers: { Range: 'bytes=0-0', 'Accept-Language': language.value } })
  } catch {
    return new ApiError(0, 'offline', '')
  }
  if (!answer.ok) return failure(answer)
  await answer.body?.cancel()
  return new ApiError(0, 'unplayable', '')
}
