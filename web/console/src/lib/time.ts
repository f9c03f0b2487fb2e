// Everything is shown in the hotline's time zone, wherever the browser is.
const ZONE = 'Asia/Shanghai'

const clock = new Intl.DateTimeFormat('zh-CN', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const day = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short' })

/** HH:MM:SS; empty for no time. */
export function timeOfDay(iso: string | null): string {
  return iso ? clock.format(new Date(iso)) : ''
}

/** YYYY-MM-DD of a moment. */
export function dayOf(moment: string | Date): string {
  return day.format(typeof moment === 'string' ? new Date(moment) : moment)
}

/** The day it is for the hotline, YYYY-MM-DD. */
export const today = () => dayOf(new Date())

/** YYYY-MM-DD HH:MM:SS; empty for no time. */
export function dateTime(iso: string | null): string {
  return iso ? `${dayOf(iso)} ${timeOfDay(iso)}` : ''
}

/** Seconds as M:SS, or H:MM:SS from one hour on. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** Seconds between two moments, never negative. */
export function secondsBetween(from: string, to: string | number): number {
  const end = typeof to === 'string' ? Date.parse(to) : to
  return Math.max(0, (end - Date.parse(from)) / 1000)
}

/** A moment as YYYY-MM-DD HH:MM, for lists; empty for no time. */
export function dayAndMinute(iso: string | null): string {
  return dateTime(iso).slice(0, 16)
}

/** A moment as the hotline's wall clock shows it, YYYY-MM-DD HH:MM:SS, for a date field. */
export const inZone = (iso: string) => dateTime(iso)

/** The moment (ISO 8601 UTC) at which the hotline's wall clock shows YYYY-MM-DD HH:MM:SS. */
export function fromZone(wall: string): string {
  // China has had one offset and no summer time since 1991.
  return new Date(`${wall.replace(' ', 'T')}+08:00`).toISOString()
}
