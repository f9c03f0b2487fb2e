import type { LocationQuery } from 'vue-router'

import type { SearchQuery } from '@/api/recordings'

/** What a search may ask, as the API and the address name it. */
export const FIELDS = [
  'q', 'from', 'to', 'number', 'seat', 'queue', 'case', 'min_s', 'max_s', 'score_min', 'score_max',
  'keyword', 'silence_min', 'talk_over_min', 'survey', 'flag',
] as const

export type Field = (typeof FIELDS)[number]

/** Those that are behind a button. */
export const FURTHER: readonly Field[] = [
  'case', 'min_s', 'max_s', 'score_min', 'score_max', 'keyword', 'silence_min', 'talk_over_min', 'survey', 'flag',
]

/** The search an address or a saved search holds. */
export function searchIn(from: LocationQuery | Record<string, unknown>): SearchQuery {
  const found: SearchQuery = {}
  for (const name of FIELDS) {
    const value: unknown = from[name]
    if ((typeof value === 'string' && value) || typeof value === 'number') found[name] = String(value)
  }
  return found
}
