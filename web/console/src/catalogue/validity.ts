import { t } from '@/i18n'

/** The days something holds, for a list. */
export function validity(one: { valid_from: string | null; valid_to: string | null }): string {
  const words = t.value.catalogue
  const parts = [one.valid_from && words.from(one.valid_from), one.valid_to && words.until(one.valid_to)]
  return parts.filter(Boolean).join(' ') || words.always
}
