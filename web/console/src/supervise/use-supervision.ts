import { ElMessage } from 'element-plus'
import { computed, onScopeDispose, ref, watch } from 'vue'

import { boardApi } from '@/api/board'
import type { SupervisionMode } from '@/api/board-types'
import type { SeatLive } from '@/api/seat-types'
import { describe } from '@/api/describe'
import { t } from '@/i18n'
import { account } from '@/state/session'

interface Supervision {
  extension: string
  mode: SupervisionMode
  /** ISO 8601; when this console began to know of it. */
  since: string
  /** My telephone rings and has not been picked up. */
  connecting: boolean
}

/** How often (ms) the switch is asked whether I still listen: a telephone's own key ends it as well. */
const LOOK_MS = 3_000

/** Whom I listen to at this moment. One at a time, whatever page I am on. */
export const supervision = ref<Supervision | null>(null)
export const supervisionBusy = ref(false)

const own = computed(() => account.value?.extension ?? '')
const begun = (extension: string, mode: SupervisionMode, connecting: boolean): Supervision => ({
  extension,
  mode,
  connecting,
  since: new Date().toISOString(),
})

async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  supervisionBusy.value = true
  try {
    await action()
    return true
  } catch (error) {
    ElMessage.error(describe(error))
    return false
  } finally {
    supervisionBusy.value = false
  }
}

/** May I do this to that seat's call now? Says why not. */
function ready(seat: SeatLive): boolean {
  if (!seat.call) ElMessage.warning(t.value.supervise.idle)
  else if (!own.value) ElMessage.warning(t.value.supervise.noDevice)
  return seat.call !== null && own.value !== '' && !supervisionBusy.value
}

/** Listen to, whisper to or barge in on a seat; only the way changes when it is listened to already. */
export async function supervise(seat: SeatLive, mode: SupervisionMode): Promise<void> {
  if (!ready(seat)) return
  const before = supervision.value
  if (before?.extension === seat.extension) return switchMode(mode)
  supervision.value = begun(seat.extension, mode, before === null)
  const listens = await attempt(() => boardApi.supervise(seat.extension, mode))
  supervision.value = listens ? begun(seat.extension, mode, false) : before
}

export async function switchMode(mode: SupervisionMode): Promise<void> {
  const current = supervision.value
  if (!current || current.mode === mode || supervisionBusy.value) return
  if (await attempt(() => boardApi.switchMode(mode))) current.mode = mode
}

export async function endSupervision(): Promise<void> {
  if (await attempt(() => boardApi.endSupervision())) supervision.value = null
}

export async function takeOver(seat: SeatLive): Promise<void> {
  if (!ready(seat) || !(await attempt(() => boardApi.takeOver(seat.extension)))) return
  supervision.value = null
  ElMessage.success(t.value.supervise.takenOver)
}

/** Ask the switch, which alone knows. */
async function look(): Promise<void> {
  if (!own.value || supervisionBusy.value) return
  try {
    const watched = await boardApi.supervision()
    if (supervisionBusy.value) return
    if (!watched) supervision.value = null
    else if (supervision.value?.extension !== watched.extension) {
      supervision.value = begun(watched.extension, watched.mode, false)
    } else supervision.value.mode = watched.mode
  } catch {
    // Away for the moment: what was last known stays, the next look tells.
  }
}

/** Keep `supervision` true while the calling component lives, after a reload as well. */
export function useSupervision(): void {
  let timer = 0
  const stop = watch(supervision, (now) => {
    window.clearInterval(timer)
    timer = now ? window.setInterval(() => void look(), LOOK_MS) : 0
  }, { immediate: true })
  onScopeDispose(() => {
    stop()
    window.clearInterval(timer)
  })
  void look()
}
