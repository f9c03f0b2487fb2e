import { computed, onScopeDispose, reactive, ref, watch } from 'vue'

import { desk } from '@/api/desk'
import type { PauseReason, SeatLive } from '@/api/seat-types'
import { label, language, t } from '@/i18n'

import { useLive } from './live'
import { account } from './session'

/** All seats by extension, as the switch knows them. */
export const seats = reactive(new Map<string, SeatLive>())
/** False until the first answer: nothing is known of anybody. */
export const known = ref(false)
export const failure = ref<unknown>(null)
export const reasons = ref<PauseReason[]>([])

/** This seat, null for a person without one. */
export const mine = computed(() => seats.get(account.value?.extension ?? '') ?? null)

/** A change that came although nobody pressed anything here: the state it came from and went to. */
export const changedElsewhere = ref<{ from: SeatLive; to: SeatLive } | null>(null)

/** Reasons only the system gives. */
export const SYSTEM_REASONS = ['wrapup', 'callback', 'missed', 'outbound']
/** How long after pressing a button a change is taken for its answer (ms). */
const OWN_MS = 6_000
let pressedAt = 0

/** Remember that the person here changes the own state, so that no notice is made of it. */
export function pressed(): void {
  pressedAt = Date.now()
  changedElsewhere.value = null
}

function put(seat: SeatLive): void {
  const before = seats.get(seat.extension)
  seats.set(seat.extension, seat)
  if (before && seat.extension === account.value?.extension) notice(before, seat)
}

function notice(from: SeatLive, to: SeatLive): void {
  if (Date.now() - pressedAt < OWN_MS || SYSTEM_REASONS.includes(to.reason)) return
  const forced =
    (to.state === 'paused' && from.state !== 'paused') ||
    (to.state === 'offline' && from.state !== 'offline') ||
    (to.state === 'ready' && from.state === 'paused' && !SYSTEM_REASONS.includes(from.reason))
  if (forced) changedElsewhere.value = { from, to }
}

export async function loadSeats(): Promise<void> {
  try {
    const { items } = await desk.seats()
    items.forEach(put)
    known.value = true
    failure.value = null
  } catch (error) {
    failure.value = error
  }
}

export async function loadReasons(): Promise<void> {
  reasons.value = (await desk.pauseReasons()).items.filter((one) => one.active && !SYSTEM_REASONS.includes(one.code))
}

/** What a pause is called. */
export function reasonName(code: string): string {
  const found = reasons.value.find((one) => one.code === code)
  if (found) return (language.value === 'en' && found.label_en) || found.label
  return label(t.value.reservedReasons, code)
}

/** Keep `seats` true while the calling component lives. */
export function usePresence(): void {
  void loadSeats()
  loadReasons().catch(() => undefined)
  useLive(
    (message) => {
      if (message.type === 'presence') put(message.seat)
    },
    () => void loadSeats(),
  )
  const timer = window.setInterval(() => {
    if (failure.value) void loadSeats()
  }, 5_000)
  onScopeDispose(() => window.clearInterval(timer))
}

watch(account, () => {
  seats.clear()
  known.value = false
  changedElsewhere.value = null
})
