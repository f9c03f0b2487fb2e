import { onScopeDispose, shallowRef } from 'vue'

import { boardApi } from '@/api/board'
import type { SeatLive } from '@/api/seat-types'
import { useLive } from '@/state/live'

/** Now and then (ms) all are asked for: a message may have been missed. */
const EVERY_MS = 30_000

/** What every seat does now, by extension; empty while nobody could say. */
export function useLiveSeats() {
  const seats = shallowRef<ReadonlyMap<string, SeatLive>>(new Map())

  async function load(): Promise<void> {
    try {
      const { items } = await boardApi.seatsLive()
      seats.value = new Map(items.map((one) => [one.extension, one]))
    } catch {
      seats.value = new Map() // better none than old ones
    }
  }

  useLive((message) => {
    if (message.type === 'presence') seats.value = new Map(seats.value).set(message.seat.extension, message.seat)
  }, () => void load())
  const timer = window.setInterval(() => void load(), EVERY_MS)
  onScopeDispose(() => window.clearInterval(timer))
  void load()
  return seats
}
