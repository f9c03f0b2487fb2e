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
