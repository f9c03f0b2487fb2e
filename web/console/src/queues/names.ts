import { computed, ref } from 'vue'

import { voice } from '@/api/voice'
import type { QueueState } from '@/api/voice-types'
import { label, language, t } from '@/i18n'

export const queues = ref<QueueState[]>([])

const labels = computed(
  () => new Map(queues.value.map((one) => [one.name, language.value === 'en' ? one.label_en : one.label])),
)

/** A queue's label as its city named it; before it is loaded, what the console calls it. */
export function queueName(name: string): string {
  return labels.value.get(name) || label(t.value.queues, name)
}

/** Fetch the queues as they are now. Throws ApiError. */
export async function loadQueues(): Promise<QueueState[]> {
  const { items } = await voice.queues()
  queues.value = items
  return items
}
