import type { Peaks } from '@/api/types'

/** Seconds from answer. */
export interface Stretch {
  from: number
  to: number
}

/** Louder than this (0…255, linear) somebody speaks: line noise stays below. */
const QUIET = 8
/** Shorter pauses belong to how people speak. */
const SHORTEST_S = 1
/** Kept at each end, so that no first sound is cut. */
const MARGIN_S = 0.2

/** Where neither side says anything, in order. */
export function silences({ step_s, caller, hotline }: Peaks): Stretch[] {
  const found: Stretch[] = []
  const steps = Math.max(caller.length, hotline.length)
  let began = 0
  for (let at = 0; at <= steps; at++) {
    const loud = at === steps || (caller[at] ?? 0) > QUIET || (hotline[at] ?? 0) > QUIET
    if (!loud) continue
    if ((at - began) * step_s >= SHORTEST_S) found.push({ from: began * step_s, to: at * step_s })
    began = at + 1
  }
  return found
}

/** Where to go on from `at`, when that lies in one of `stretches`; null: right there. */
export function behind(stretches: readonly Stretch[], at: number): number | null {
  let [low, high] = [0, stretches.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const one = stretches[middle]
    if (!one) return null
    if (at < one.from + MARGIN_S) high = middle - 1
    else if (at >= one.to - MARGIN_S) low = middle + 1
    else return one.to - MARGIN_S
  }
  return null
}
