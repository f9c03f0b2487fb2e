import type { SeatState } from '@/api/seat-types'

/** States worth a bar of their own on the wall, in colours for a dark ground. */
export const WALL_COLOURS: Readonly<Partial<Record<string, string>>> = {
  ready: '#43c780',
  ringing: '#ffcb45',
  talking: '#5aa4ff',
  wrap_up: '#ff9f5a',
  paused: '#c9a66b',
  unreachable: '#ff6b5e',
}

/** From five metres a call is a call. */
const SAME: Readonly<Partial<Record<SeatState, string>>> = {
  hold: 'talking',
  consult: 'talking',
  conference: 'talking',
  outbound: 'talking',
}

/** The bar a seat counts in; states without one are not shown. */
export function wallGroup(state: SeatState): string {
  return SAME[state] ?? state
}
