import { request } from './client'
import type { Hit } from './recordings'
import type { Page } from './types'

export type Severity = 'normal' | 'high' | 'critical'
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'normal']

export interface KeywordList {
  id: number
  name: string
  words: string[]
  severity: Severity
  active: boolean
  changed_at: string
}

export type KeywordListForm = Pick<KeywordList, 'name' | 'words' | 'severity'>

export interface KeywordAlert {
  id: number
  recording_id: number
  call_id: string
  /** When it was raised. */
  at: string
  list_name: string
  severity: Severity
  words: string[]
  hits: Hit[]
  started_at: string | null
  /** Masked where the reader may not see it. */
  caller: string
  seat: string
  queue: string
  case_id: number | null
  case_number: string
  seen_by: { name: string; at: string }[]
}

export type AlertPage = Page<KeywordAlert> & {
  /** How many there are that nobody has seen. */
  unseen: number
}

export interface AlertQuery {
  unseen?: boolean
  severity?: Severity | ''
  cursor?: string
  limit?: number
}

/** A list the sentence would raise an alert by; without a name: the words that were given. */
export type TriedList = Pick<KeywordList, 'name' | 'severity' | 'words'> & { hits: Hit[] }

const LISTS = '/keyword-lists'
const ALERTS = '/keyword-alerts'

export const keywords = {
  lists: () => request<{ items: KeywordList[] }>('GET', LISTS),
  add: (form: KeywordListForm) => request<KeywordList>('POST', LISTS, form),
  change: (id: number, changes: Partial<Omit<KeywordList, 'id' | 'changed_at'>>) =>
    request<KeywordList>('PATCH', `${LISTS}/${id}`, changes),
  remove: (id: number) => request<void>('DELETE', `${LISTS}/${id}`),
  /** `words`: of a list that is not saved yet; else every active list is tried. */
  tried: (text: string, words?: string[]) =>
    request<{ lists: TriedList[] }>('POST', `${LISTS}/try`, words ? { text, words } : { text }),

  alerts: (query: AlertQuery) =>
    request<AlertPage>('GET', ALERTS, undefined, {
      unseen: query.unseen ? 'true' : undefined,
      severity: query.severity || undefined,
      cursor: query.cursor,
      limit: query.limit === undefined ? undefined : String(query.limit),
    }),
  see: (id: number) => request<KeywordAlert>('POST', `${ALERTS}/${id}/seen`, {}),
}
