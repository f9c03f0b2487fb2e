import { dayOf } from '@/lib/time'

const DAY_MS = 86_400_000

/** ISO week of a moment in the hotline's time zone: 2026-W48. */
export function weekOf(moment: Date): string {
  const day = new Date(`${dayOf(moment)}T00:00:00Z`)
  // Its Thursday says which year the week belongs to.
  const thursday = new Date(day.getTime() + (4 - (day.getUTCDay() || 7)) * DAY_MS)
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  const week = Math.floor((thursday.getTime() - first) / (7 * DAY_MS)) + 1
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`
}
