import { onScopeDispose, ref, watch } from 'vue'

import { Meter } from '@/phone/level'
import { NO_QUALITY, QualityWatch, type Quality } from '@/phone/quality'

import { heard, peer, spoken } from './phone'

const QUALITY_EVERY_MS = 2_000
const LEVEL_EVERY_MS = 150

/** The line's quality, and how loud both sides are (0…1), while the calling component lives. */
export function useQuality() {
  const quality = ref<Quality>(NO_QUALITY)
  const mine = ref(0)
  const theirs = ref(0)
  let meters: { mine: Meter | null; theirs: Meter | null } = { mine: null, theirs: null }
  let timers: number[] = []

  function stop(): void {
    timers.forEach((timer) => window.clearInterval(timer))
    timers = []
    meters.mine?.close()
    meters.theirs?.close()
    meters = { mine: null, theirs: null }
    quality.value = NO_QUALITY
    mine.value = theirs.value = 0
  }

  watch(
    [peer, heard, spoken],
    ([connection, incoming, outgoing]) => {
      stop()
      if (!connection) return
      meters = { mine: outgoing && new Meter(outgoing), theirs: incoming && new Meter(incoming) }
      const judge = new QualityWatch(connection)
      const look = async () => (quality.value = await judge.look().catch(() => NO_QUALITY))
      const listen = () => {
        if (document.hidden) return
        mine.value = meters.mine?.read() ?? 0
        theirs.value = meters.theirs?.read() ?? 0
      }
      timers = [window.setInterval(() => void look(), QUALITY_EVERY_MS), window.setInterval(listen, LEVEL_EVERY_MS)]
    },
    { immediate: true },
  )
  onScopeDispose(stop)
  return { quality, mine, theirs }
}
