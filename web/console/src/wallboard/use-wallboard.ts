import { computed, onScopeDispose, ref, shallowRef } from 'vue'

import type { Board } from '@/api/board-types'
import { useNow } from '@/state/now'
import { learnClock } from '@/state/server-clock'

const EVERY_MS = 1_000
/** An answer that takes longer than this (ms) is not waited for. */
const PATIENCE_MS = 5_000
/** After this long (ms) without fresh figures the room is told. */
const STALE_MS = 5_000

export type Trouble = 'none' | 'no_token' | 'refused' | 'away'

/** The board by token alone, asked for each second for as long as the screen hangs there. */
export function useWallboard() {
  const board = shallowRef<Board | null>(null)
  const trouble = ref<Trouble>('none')
  const now = useNow()
  /** When the figures last moved on: a server that answers with old ones is stale as well. */
  const freshAt = ref(Date.now())
  let timer = 0
  let over = false

  async function ask(): Promise<void> {
    const token = decodeURIComponent(location.hash.slice(1))
    if (!token) return void (trouble.value = 'no_token')
    const answer = await fetch('/api/v1/wallboard', {
      headers: { Authorization: `Bearer ${token}` },
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    if (answer.status === 401 || answer.status === 403) return void (trouble.value = 'refused')
    if (!answer.ok) throw new Error(String(answer.status))
    take((await answer.json()) as Board)
  }

  function take(fresh: Board): void {
    trouble.value = 'none'
    if (fresh.at !== board.value?.at) freshAt.value = Date.now()
    learnClock(fresh.at)
    board.value = fresh
  }

  async function round(): Promise<void> {
    try {
      await ask()
    } catch {
      trouble.value = 'away' // whatever it is, the next round may be better
    }
    if (!over) timer = window.setTimeout(() => void round(), EVERY_MS)
  }

  onScopeDispose(() => {
    over = true
    window.clearTimeout(timer)
  })
  void round()

  /** Age (s) of figures too old to trust; 0 while they are fresh. */
  const staleS = computed(() => {
    const age = now.value - freshAt.value
    return age >= STALE_MS ? age / 1000 : 0
  })
  return { board, trouble, staleS }
}
