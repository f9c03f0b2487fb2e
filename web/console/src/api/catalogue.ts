import { request, upload } from './client'
import type { Category, CategoryKey } from './types'

export type LimitUnit = 'urgent_hour' | 'work_hour' | 'work_day' | 'natural_day'

export interface Edition {
  code: string
  name: string
  is_default: boolean
}

export interface SeverityRow {
  id: number
  /** 1 is the worst. */
  rank: number
  condition: string
  limit_value: number
  limit_unit: LimitUnit
  unit: string | null
  /** Days, YYYY-MM-DD; `valid_to` is the first it does not hold any more. */
  valid_from: string | null
  valid_to: string | null
}

export type SeverityForm = CategoryKey & Omit<SeverityRow, 'id'>
export type ClassForm = Omit<Category, 'initials' | 'pinyin'>

export interface ClassSuggestion {
  kind: string
  code: string
  major: string
  minor: string
  reason: string
}

export interface CatalogueChange {
  sheet: string
  what: 'added' | 'changed'
  name: string
  /** Column → before and after. */
  fields: Record<string, [string, string]>
}

export interface CatalogueProblem {
  sheet: string
  row: number
  column: string
  what: string
}

export interface CatalogueImport {
  applied: boolean
  added: number
  changed: number
  same: number
  changes: CatalogueChange[]
  problems: CatalogueProblem[]
  problem_count: number
  /** Names what was previewed. */
  digest: string
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export const catalogue = {
  editions: () => request<Edition[]>('GET', '/catalogue/editions'),
  severities: (key: CategoryKey, on: string | null = null) =>
    request<SeverityRow[]>('GET', '/catalogue/severities', undefined, {
      edition: key.edition,
      kind: key.kind,
      code: key.code,
      on,
    }),
  suggest: (text: string) => request<ClassSuggestion[]>('POST', '/catalogue/suggestions', { text, limit: 3 }),
  putClass: (form: ClassForm) => request<CatalogueImport>('PUT', '/catalogue/categories', form),
  putSeverity: (form: SeverityForm) => request<CatalogueImport>('PUT', '/catalogue/severities', form),
  exportAddress: (edition: string) => `/api/v1/catalogue/export?edition=${encodeURIComponent(edition)}`,
  preview: (file: File) => upload<CatalogueImport>('/catalogue/import', file, { type: XLSX }),
  apply: (file: File, digest: string) =>
    upload<CatalogueImport>('/catalogue/import', file, { type: XLSX, query: { apply: true, digest } }),
}
