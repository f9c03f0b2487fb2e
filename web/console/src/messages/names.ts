import type { MessageState } from '@/api/messages'
import { language } from '@/i18n'

/** A move as this city calls it, or in English. */
export function moveName(one: { move_label: string; move_label_en: string }): string {
  return language.value === 'en' ? one.move_label_en : one.move_label
}

export const STATE_TYPES: Readonly<Record<MessageState, 'success' | 'warning' | 'danger' | 'info'>> = {
  waiting: 'warning',
  sent: 'success',
  failed: 'danger',
  skipped: 'info',
  cancelled: 'info',
}
