import type { CalendarDay } from '@/api/voice-types'

export interface Month {
  /** From 1. */
  number: number
  /** Empty cells before the first, weeks beginning on Monday. */
  lead: number
  days: CalendarDay[]
}

/** A year's days by month, as a wall calendar shows them. */
export function months(days: readonly CalendarDay[]): Month[] {
  const found: Month[] = []
  for (const day of days) {
    const number = Number(day.date.slice(5, 7))
    let month = found.find((one) => one.number === number)
    if (!month) {
      const weekday = new Date(`${day.date.slice(0, 8)}01T00:00:00Z`).getUTCDay()
      month = { number, lead: (weekday + 6) % 7, days: [] }
      found.push(month)
    }
    month.days.push(day)
  }
  return found
}

/** What a person would put on a list: neither a plain workday nor a plain weekend. */
export function isSpecial(day: CalendarDay): boolean {
  return day.source === 'local' || !['workday', 'weekend'].includes(day.kind)
}
