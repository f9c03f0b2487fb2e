import { computed, ref, shallowRef } from 'vue'

import { useLoad } from '@/state/load'

interface Numbered<T> {
  items: T[]
  next: number | null
}

/** A list that comes page by page; `load` begins it anew. */
export function usePages<T>(fetch: (cursor: number | null) => Promise<Numbered<T>>, everyMs?: number) {
  const further = shallowRef<T[]>([])
  const next = ref<number | null>(null)
  const more = ref(false)

  async function first(): Promise<T[]> {
    const page = await fetch(null)
    further.value = []
    next.value = page.next
    return page.items
  }
  const { data, loading, failure, load } = useLoad(first, { everyMs })
  const rows = computed(() => data.value && [...data.value, ...further.value])

  /** Throws ApiError. */
  async function loadMore(): Promise<void> {
    more.value = true
    try {
      const page = await fetch(next.value)
      further.value = [...further.value, ...page.items]
      next.value = page.next
    } finally {
      more.value = false
    }
  }

  return { rows, next, loading, failure, load, loadMore, more }
}
