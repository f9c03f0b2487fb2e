import { ref, watch, type Ref } from 'vue'

import { api, type CallFilter } from '@/api'
import { ApiError } from '@/api/client'
import type { CallSummary } from '@/api/types'
import { dayOf } from '@/lib/time'
import { useLive } from '@/state/live'

function belongs(call: CallSummary, filter: CallFilter): boolean {
  if (filter.live) return call.ended_at === null
  return !filter.day || dayOf(call.started_at) === filter.day
}

/** The calls of a filter, newest first, kept current by the live feed. */
export function useCalls(filter: Ref<CallFilter>) {
  const calls = ref<CallSummary[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  const failure = ref<unknown>(null)
  let latest = 0
  // Live rows that come while a page is on its way are newer than what it holds.
  let meanwhile: CallSummary[] = []

  function put(call: CallSummary): void {
    const at = calls.value.findIndex((one) => one.id === call.id)
    if (!belongs(call, filter.value)) {
      if (at >= 0) calls.value.splice(at, 1)
    } else if (at >= 0) {
      calls.value[at] = call
    } else {
      const older = calls.value.findIndex((one) => one.started_at < call.started_at)
      if (older >= 0) calls.value.splice(older, 0, call)
      else if (next.value === null) calls.value.push(call)
    }
  }

  async function fetchPage(cursor: string | null): Promise<void> {
    const mine = ++latest
    loading.value = true
    failure.value = null
    meanwhile = []
    try {
      const page = await api.calls(filter.value, cursor)
      if (mine !== latest) return
      const known = cursor ? calls.value : []
      const fresh = page.items.filter((call) => !known.some((one) => one.id === call.id))
      calls.value = [...known, ...fresh]
      next.value = page.next
      meanwhile.forEach(put)
    } catch (error) {
      if (mine === latest) failure.value = error instanceof ApiError ? error : new ApiError(0, 'error', '')
    } finally {
      if (mine === latest) loading.value = false
    }
  }

  const reload = () => void fetchPage(null)
  const more = () => void fetchPage(next.value)

  watch(
    filter,
    () => {
      calls.value = []
      reload()
    },
    { immediate: true },
  )
  useLive((message) => {
    if (message.type !== 'call') return
    if (loading.value) meanwhile.push(message.call)
    put(message.call)
  }, reload)

  return { calls, next, loading, failure, reload, more }
}
