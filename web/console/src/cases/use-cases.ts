import { computed, ref, watch, type Ref } from 'vue'

import { api } from '@/api'
import type { CaseQuery, CaseSummary } from '@/api/types'
import { useLive } from '@/state/live'

const PAGE_SIZE = 20

/** Pages of the case list; page one is kept current by the live feed. */
export function useCases(query: Ref<CaseQuery>) {
  const cases = ref<CaseSummary[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  const failure = ref<unknown>(null)
  /** Cursors of the pages walked through; the last one is shown. */
  const trail = ref<(string | null)[]>([null])
  const page = computed(() => trail.value.length)
  let latest = 0

  async function load(): Promise<void> {
    const mine = ++latest
    loading.value = true
    try {
      const found = await api.cases(query.value, trail.value.at(-1) ?? null, PAGE_SIZE)
      if (mine !== latest) return
      cases.value = found.items
      next.value = found.next
      failure.value = null
    } catch (error) {
      if (mine === latest) failure.value = error
    } finally {
      if (mine === latest) loading.value = false
    }
  }

  function forward(): void {
    trail.value.push(next.value)
    void load()
  }

  function backward(): void {
    trail.value.pop()
    void load()
  }

  watch(
    query,
    () => {
      trail.value = [null]
      cases.value = []
      void load()
    },
    { immediate: true },
  )
  useLive((message) => {
    if (message.type === 'case' || message.type === 'case_gone') void load()
  }, () => void load())

  return { cases, next, page, loading, failure, load, forward, backward }
}
