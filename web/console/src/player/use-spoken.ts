import { computed, shallowRef, watch, type Ref } from 'vue'

import type { Utterance } from '@/lib/transcript'

import type { Player } from './use-player'

/** Words are a little longer than a recogniser says. */
const EARLY_S = 0.01

/**
 * The word being spoken of each utterance: both sides may speak at once.
 *
 * Changes with words, not with each frame of the sound: a long call has thousands of them on the page.
 */
export function useSpoken(utterances: Readonly<Ref<Utterance[]>>, player: Player) {
  const spoken = shallowRef<ReadonlyMap<number, number>>(new Map())
  let known = ''
  /** The longest utterance bounds how far back one may still be going on. */
  const longest = computed(() => Math.max(0, ...utterances.value.map((one) => one.end - one.start)))

  function look(at: number): Map<number, number> {
    const found = new Map<number, number>()
    const all = utterances.value
    for (let n = firstBehind(all, at) - 1; n >= 0; n--) {
      const one = all[n]
      if (!one || one.start < at - longest.value - EARLY_S) break
      if (at <= one.end) found.set(n, one.words.findLastIndex((word) => word.start <= at + EARLY_S))
    }
    return found
  }

  watch(
    [player.time, utterances],
    ([at]) => {
      const found = look(at)
      const key = [...found].join(';')
      if (key === known) return
      known = key
      spoken.value = found
    },
    { immediate: true },
  )
  return spoken
}

/** Index of the first utterance that begins behind `at`; they are in the order of their beginnings. */
function firstBehind(all: readonly Utterance[], at: number): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((all[middle]?.start ?? 0) <= at + EARLY_S) low = middle + 1
    else high = middle
  }
  return low
}
