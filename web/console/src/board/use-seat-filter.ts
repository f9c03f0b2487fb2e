import { computed, ref, type Ref } from 'vue'

import { SEAT_STATES, type SeatLive, type SeatState } from '@/api/seat-types'

/** `here`: everybody who is logged in. */
export type SeatFilter = 'here' | 'all' | SeatState

/** Which seats are shown, by state, queue and words; and how many there are of each state. */
export function useSeatFilter(seats: Ref<readonly SeatLive[]>) {
  const state = ref<SeatFilter>('here')
  const queue = ref('')
  const words = ref('')

  const ofQueue = computed(() => seats.value.filter((one) => !queue.value || one.queues.includes(queue.value)))
  const counts = computed(() => {
    const found = new Map<SeatFilter, number>(SEAT_STATES.map((one) => [one, 0]))
    for (const one of ofQueue.value) found.set(one.state, (found.get(one.state) ?? 0) + 1)
    found.set('all', ofQueue.value.length)
    found.set('here', ofQueue.value.length - (found.get('offline') ?? 0))
    return found
  })

  function matches(one: SeatLive): boolean {
    const wanted = words.value.trim().toLowerCase()
    if (wanted) return `${one.extension} ${one.display_name}`.toLowerCase().includes(wanted)
    if (state.value === 'all') return true
    return state.value === 'here' ? one.state !== 'offline' : one.state === state.value
  }

  const shown = computed(() => ofQueue.value.filter(matches))
  return { state, queue, words, counts, shown }
}
