import { computed, ref, type Ref } from 'vue'

import { useNow } from './now'

/** Smaller differences (ms) are the way here, not the clock. */
const WORTH_MS = 1_500

const aheadMs = ref(0)

/** Learn from a message how far the server's clock is ahead of this computer's. */
export function learnClock(at: string): void {
  const ahead = Date.parse(at) - Date.now()
  if (Math.abs(ahead - aheadMs.value) > WORTH_MS) aheadMs.value = ahead
}

/** The server's present moment (ms), ticking each second: a seat's computer may be minutes off. */
export function useServerNow(): Readonly<Ref<number>> {
  const now = useNow()
  return computed(() => now.value + aheadMs.value)
}
