import { address, once, request } from './client'
import type {
  Account,
  CallDetail,
  CallSummary,
  CaseDetail,
  CaseForm,
  CaseQuery,
  CaseSummary,
  CaseWorkflow,
  Category,
  MoveInputs,
  Page,
  Place,
  Seat,
  Status,
  Unit,
} from './types'

export interface CallFilter {
  live?: boolean
  /** Day in the hotline's time zone, YYYY-MM-DD. */
  day?: string
}

const segment = encodeURIComponent

export const api = {
  whoAmI: () => request<Account>('GET', '/session'),
  logIn: (username: string, password: string) => request<Account>('POST', '/session', { username, password }),
  logOut: () => request<void>('DELETE', '/session'),

  calls: (filter: CallFilter, cursor: string | null) =>
    request<Page<CallSummary>>('GET', '/calls', undefined, { ...filter, cursor, limit: 50 }),
  call: (id: string) => request<CallDetail>('GET', `/calls/${segment(id)}`),

  cases: (query: CaseQuery, cursor: string | null, limit: number) =>
    request<Page<CaseSummary>>('GET', '/cases', undefined, { ...query, overdue: query.overdue || null, cursor, limit }),
  /** Where the same cases are to be had as a file. */
  caseFile: (query: CaseQuery, format: 'csv' | 'xlsx') =>
    address('/cases/export', { ...query, overdue: query.overdue || null, format }),
  case: (id: number) => request<CaseDetail>('GET', `/cases/${id}`),
  saveCase: (id: number, version: number, changes: Partial<CaseForm>) =>
    request<CaseDetail>('PATCH', `/cases/${id}`, { version, ...changes }),
  moveCase: (
    id: number,
    move: string,
    version: number,
    more: Partial<CaseForm> & { note?: string; inputs?: MoveInputs } = {},
  ) =>
    once<CaseDetail>('POST', `/cases/${id}/moves/${segment(move)}`, { version, ...more }),
  caseWorkflow: () => request<CaseWorkflow>('GET', '/case-workflow'),
  units: () => request<{ items: Unit[] }>('GET', '/units'),

  categories: (edition: string) => request<Category[]>('GET', '/catalogue/categories', undefined, { edition }),
  places: () => request<Place[]>('GET', '/catalogue/places'),

  seats: () => request<Seat[]>('GET', '/seats'),
  seatLogIn: () => request<Seat>('POST', '/seats/me/log-in', {}),
  seatLogOut: () => request<Seat>('POST', '/seats/me/log-out', {}),

  status: () => request<Status>('GET', '/status'),
}
