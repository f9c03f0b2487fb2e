import type { SeatState } from '@/api/seat-types'

/** One colour a state, the same on the board, the seats' page and the wallboard. */
export const STATE_COLOURS: Readonly<Record<SeatState, string>> = {
  ready: '#2f9e63',
  ringing: '#d99a00',
  talking: '#1f5fae',
  hold: '#7a5bc0',
  consult: '#9147b0',
  conference: '#3b4fb8',
  outbound: '#0f8a9d',
  wrap_up: '#c2571a',
  paused: '#8a6d3b',
  supervising: '#5a6b7f',
  unreachable: '#c93a3a',
  offline: '#a7b0bb',
}

/** Colour of a state the server may know and this console may not yet. */
export function colourOf(state: string): string {
  return (STATE_COLOURS as Readonly<Record<string, string>>)[state] ?? STATE_COLOURS.offline
}

/** Rates below these are shown as a warning, then as bad. GB/T 33358-2016 asks for 95 %. */
const GOOD_RATE = 0.95
const POOR_RATE = 0.8

export type Tone = 'plain' | 'good' | 'warning' | 'bad'

export function rateTone(rate: number | null): Tone {
  if (rate === null) return 'plain'
  return rate >= GOOD_RATE ? 'good' : rate >= POOR_RATE ? 'warning' : 'bad'
}

/** 15 s is what the standard allows; a caller who waits a minute is a case for the leader. */
export function waitTone(seconds: number): Tone {
  return seconds > 60 ? 'bad' : seconds > 15 ? 'warning' : 'plain'
}

/** Used channels of a limit. */
export function loadTone(used: number, limit: number): Tone {
  if (!limit) return 'plain'
  return used >= limit ? 'bad' : used >= 0.8 * limit ? 'warning' : 'plain'
}
