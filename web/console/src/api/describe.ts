import { label, language, t } from '@/i18n'

import { ApiError } from './client'

/** What to tell the person. The server speaks Chinese; in English its code is looked up first. */
export function describe(error: unknown): string {
  if (!(error instanceof ApiError)) return t.value.errors.error
  if (error.code === 'account_locked' && error.minutes !== null) return t.value.locked(error.minutes)
  const own = label(t.value.errors, error.code, '')
  const first = language.value === 'en' ? own : error.message
  return first || own || error.message || t.value.errors.error
}
