import { computed, onScopeDispose, ref, shallowRef } from 'vue'

import { boardApi } from '@/api/board'
import type { Board, BoardQueue } from '@/api/board-types'
import type { SeatLive } from '@/api/seat-types'
import { useLive } from '@/state/live'
import { useNow } from '@/state/now'
import { learnClock } from '@/state/server-clock'

import { reuse } from './reuse'

/** After this long (ms) without a word the board is asked for: a quiet hotline sends nothing. */
const ASK_MS = 5_000
/** After this long (ms) the reader is told that the figures are old. */
const STALE_MS = 12_000

function shareQueue(known: BoardQueue | undefined, fresh: BoardQueue): BoardQueue {
  return known ? { ...fresh, waiting: reuse(known.waiting, fresh.waiting, (one) => one.call_id) } : fresh
}

function share(known: Board | null, fresh: Board): Board {
  if (!known) return fresh
  const queues = fresh.queues.map((one) =>
    shareQueue(known.queues.find((old) => old.name === one.name), one),
  )
  return {
    ...fresh,
    queues: reuse(known.queues, queues, (one) => one.name),
    seats: reuse(known.seats, fresh.seats, (one) => one.extension),
    alarms: reuse(known.alarms, fresh.alarms, (one) => one.kind),
  }
}

function withSeat(board: Board, seat: SeatLive): Board {
  const seats = board.seats.map((one) => (one.extension === seat.extension ? seat : one))
  return { ...board, seats: seats.includes(seat) ? seats : [...seats, seat] }
}

/** The live board: sent by the server as it changes, asked for when nothing was heard. */
export function useBoard() {
  const board = shallowRef<Board | null>(null)
  const failure = shallowRef<unknown>(null)
  const heardAt = ref(Date.now())
  const now = useNow()

  function take(fresh: Board): void {
    learnClock(fresh.at)
    board.value = share(board.value, fresh)
    failure.value = null
    heardAt.value = Date.now()
  }

  let asking = false
  async function load(): Promise<void> {
    if (asking) return
    asking = true
    try {
      take(await boardApi.board())
    } catch (error) {
      failure.value = error
    } finally {
      asking = false
    }
  }

  useLive((message) => {
    if (message.type === 'board') take(message.board)
    else if (message.type === 'presence' && board.value) board.value = withSeat(board.value, message.seat)
  }, () => void load())

  const timer = window.setInterval(() => {
    if (!document.hidden && Date.now() - heardAt.value >= ASK_MS) void load()
  }, ASK_MS)
  onScopeDispose(() => window.clearInterval(timer))
  void load()

  /** Age (s) of figures that are too old to trust; 0 while they are fresh. */
  const staleS = computed(() => {
    const age = now.value - heardAt.value
    return board.value && age >= STALE_MS ? age / 1000 : 0
  })
  return { board, failure, staleS, load }
}
