import { onScopeDispose, ref, shallowRef, watch, type WatchSource } from 'vue'

interface Options {
  /** Ask again this often (ms) while the page can be seen. */
  everyMs?: number
  /** Start anew when this changes. */
  when?: WatchSource
}

/** What a page shows, and whether it is being fetched or could not be. */
export function useLoad<T>(fetch: () => Promise<T>, options: Options = {}) {
  const data = shallowRef<T | null>(null)
  const loading = ref(false)
  const failure = shallowRef<unknown>(null)
  let latest = 0

  async function load(): Promise<void> {
    const mine = ++latest
    loading.value = true
    try {
      const found = await fetch()
      if (mine !== latest) return
      data.value = found
      failure.value = null
    } catch (error) {
      if (mine === latest) failure.value = error
    } finally {
      if (mine === latest) loading.value = false
    }
  }

  if (options.when) {
    watch(options.when, () => {
      data.value = null
      void load()
    })
  }
  if (options.everyMs) {
    const timer = window.setInterval(() => {
      if (!document.hidden) void load()
    }, options.everyMs)
    onScopeDispose(() => window.clearInterval(timer))
  }
  void load()
  return { data, loading, failure, load }
}
