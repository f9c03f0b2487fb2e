import { computed, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { recordingsApi, type FoundRecording, type SearchQuery } from '@/api/recordings'

import { searchIn, type Field } from './fields'

/** What is open beside the list. */
export interface Opened {
  call: string
  /** Seconds to begin at; null: where it is. */
  at: number | null
}

/** The search of the address, what it finds, and what of that is open. The address holds all of it. */
export function useSearch() {
  const route = useRoute()
  const router = useRouter()
  const items = shallowRef<FoundRecording[]>([])
  const next = ref<string | null>(null)
  const tookMs = ref<number | null>(null)
  const loading = ref(false)
  const failure = shallowRef<unknown>(null)
  let latest = 0
  /** Where a change is leading that the address does not hold yet: the next one builds upon it. */
  let ahead: SearchQuery | null = null

  const query = computed(() => searchIn(route.query))
  const opened = computed<Opened | null>(() => {
    const { open, t } = route.query
    if (typeof open !== 'string' || !open) return null
    const at = typeof t === 'string' && t !== '' ? Number(t) : NaN
    return { call: open, at: Number.isFinite(at) ? at : null }
  })

  async function fetchPage(cursor: string | null): Promise<void> {
    const mine = ++latest
    loading.value = true
    failure.value = null
    try {
      const page = await recordingsApi.search(query.value, cursor)
      if (mine !== latest) return
      items.value = cursor ? [...items.value, ...page.items] : page.items
      next.value = page.next
      tookMs.value = page.took_ms
    } catch (error) {
      if (mine === latest) failure.value = error
    } finally {
      if (mine === latest) loading.value = false
    }
  }

  const beside = () => (opened.value ? { open: opened.value.call, ...(opened.value.at === null ? {} : { t: String(opened.value.at) }) } : {})

  /** Look for something else; empty values no longer matter. */
  function change(changes: Partial<Record<Field, string>>): void {
    const wanted = searchIn({ ...(ahead ?? query.value), ...changes })
    ahead = wanted
    void router.push({ query: { ...wanted, ...beside() } }).finally(() => {
      if (ahead === wanted) ahead = null
    })
  }

  function replace(wanted: SearchQuery): void {
    void router.push({ query: { ...wanted, ...beside() } })
  }

  function open(call: string, at: number | null): void {
    void router.replace({ query: { ...query.value, open: call, ...(at === null ? {} : { t: String(at) }) } })
  }

  const close = () => void router.replace({ query: query.value })
  const reload = () => void fetchPage(null)
  const more = () => void fetchPage(next.value)

  watch(
    () => JSON.stringify(query.value),
    () => {
      if (route.name !== 'recordings') return
      items.value = []
      next.value = null
      reload()
    },
    { immediate: true },
  )
  return { query, opened, items, next, tookMs, loading, failure, change, replace, open, close, reload, more }
}
