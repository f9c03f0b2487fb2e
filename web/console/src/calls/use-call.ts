import { onScopeDispose, ref, watch, type Ref } from 'vue'

import { api } from '@/api'
import type { CallDetail } from '@/api/types'
import { useLive } from '@/state/live'

/** A burst of live messages is answered by one fetch. */
const SETTLE_MS = 150

/** One call, fetched again whenever the live feed says that something of it changed. */
export function useCall(id: Ref<string>) {
  const call = ref<CallDetail | null>(null)
  const failure = ref<unknown>(null)
  let timer = 0

  async function load(): Promise<void> {
    const wanted = id.value
    try {
      const found = await api.call(wanted)
      if (wanted !== id.value) return
      call.value = found
      failure.value = null
    } catch (error) {
      if (wanted === id.value) failure.value = error
    }
  }

  function soon(): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void load(), SETTLE_MS)
  }

  watch(
    id,
    () => {
      call.value = null
      void load()
    },
    { immediate: true },
  )
  useLive((message) => {
    const about =
      message.type === 'call' ? message.call.id
      : message.type === 'case' ? message.case.call_id
      : 'call_id' in message ? message.call_id
      : null
    if (about === id.value) soon()
  }, soon)
  onScopeDispose(() => window.clearTimeout(timer))

  return { call, failure, load }
}
