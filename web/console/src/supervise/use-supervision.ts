import { ElMessage } from 'element-plus'
import { computed, ref } from 'vue'

import { boardApi } from '@/api/board'
import type { SupervisionMode } from '@/api/board-types'
import type { SeatLive } from '@/api/seat-types'
import { describe } from '@/api/describe'
import { t } from '@/i18n'
import { account } from '@/state/session'

interface Supervision {
  extension: string
  name: string
  mode: SupervisionMode
  /** ISO 8601; when it was asked for. */
  since: string
  /** My device has answered: before that, my seat being idle does not mean it is over. */
  heard: boolean
}

/** Whom I listen to at this moment. One at a time, whatever page I am on. */
export const supervision = ref<Supervision | null>(null)
export const supervisionBusy = ref(false)

const own = computed(() => account.value?.extension ?? '')

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

/** Listen to, whisper to or barge in on a seat; switches the mode when it is listened to already. */
export async function supervise(seat: SeatLive, mode: SupervisionMode): Promise<void> {
  if (supervisionBusy.value) return
  if (!seat.call) return void ElMessage.warning(t.value.supervise.idle)
  if (!own.value) return void ElMessage.warning(t.value.supervise.noDevice)
  if (supervision.value?.extension === seat.extension) return switchMode(mode)
  if (supervision.value) await endSupervision()
  if (!(await attempt(() => boardApi.supervise(seat.extension, mode)))) return
  supervision.value = {
    extension: seat.extension,
    name: seat.display_name,
    mode,
    since: new Date().toISOString(),
    heard: false,
  }
}

export async function switchMode(mode: SupervisionMode): Promise<void> {
  const current = supervision.value
  if (!current || current.mode === mode || supervisionBusy.value) return
  if (await attempt(() => boardApi.switchMode(mode))) current.mode = mode
}

export async function endSupervision(): Promise<void> {
  if (await attempt(() => boardApi.endSupervision())) supervision.value = null
}

export async function takeOver(extension: string): Promise<void> {
  if (!(await attempt(() => boardApi.takeOver(extension)))) return
  supervision.value = null
  ElMessage.success(t.value.supervise.takenOver)
}

/** What the switch says of my own seat: it ends the bar when the call or my phone did. */
export function followOwnSeat(seats: readonly SeatLive[]): void {
  const mine = seats.find((one) => one.extension === own.value)
  const current = supervision.value
  if (!mine || !current) return
  if (mine.state === 'supervising') current.heard = true
  else if (current.heard) supervision.value = null
}
