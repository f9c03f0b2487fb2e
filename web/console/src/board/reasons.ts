import { computed, ref } from 'vue'

import type { PauseReason } from '@/api/seat-types'
import { seatSettings } from '@/api/seat-settings'
import { label, language, t } from '@/i18n'

export const pauseReasons = ref<PauseReason[]>([])

const names = computed(
  () => new Map(pauseReasons.value.map((one) => [one.code, (language.value === 'en' && one.label_en) || one.label])),
)

/** What a pause's reason is called; its code while the reasons are not loaded. */
export function reasonName(code: string): string {
  return names.value.get(code) ?? label(t.value.reservedReasons, code)
}

/** Fetch the reasons as they are now. Throws ApiError. */
export async function loadReasons(): Promise<PauseReason[]> {
  const { items } = await seatSettings.pauseReasons()
  pauseReasons.value = items
  return items
}
