import { ElMessage, ElMessageBox } from 'element-plus'
import { ref, shallowRef, watch } from 'vue'

import { ApiError } from '@/api/client'
import { capture, type StateItem } from '@/api/capture'
import { describe } from '@/api/describe'
import type { RecordingState } from '@/api/types'
import { t } from '@/i18n'

export type Filter = 'failing' | Extract<RecordingState, 'damaged' | 'staged' | 'archived' | 'verified'>

const query = (filter: Filter) => (filter === 'failing' ? { failing: true } : { state: filter })

/** The list under the figures, page by page, and what can be done to it. */
export function useStateList(changed: () => void) {
  const filter = ref<Filter>('failing')
  const items = shallowRef<StateItem[]>([])
  const next = ref<number | null>(null)
  const loading = ref(false)
  const failure = shallowRef<unknown>(null)
  const retrying = ref<number | 'all' | null>(null)
  let latest = 0

  async function load(cursor?: number): Promise<void> {
    const mine = ++latest
    loading.value = true
    try {
      const page = await capture.items({ ...query(filter.value), ...(cursor === undefined ? {} : { cursor }) })
      if (mine !== latest) return
      items.value = cursor === undefined ? page.items : [...items.value, ...page.items]
      next.value = page.next
      failure.value = null
    } catch (error) {
      if (mine === latest) failure.value = error
    } finally {
      if (mine === latest) loading.value = false
    }
  }

  async function retry(item: StateItem): Promise<void> {
    retrying.value = item.id
    try {
      await capture.retry(item.id)
      ElMessage.success(t.value.capture.retried)
    } catch (error) {
      ElMessage.error(describe(error))
    } finally {
      retrying.value = null
      await load()
      changed()
    }
  }

  /** All damaged ones that are in the list, after asking. */
  async function retryAll(): Promise<void> {
    const words = t.value.capture
    const damaged = items.value.filter((one) => one.state === 'damaged')
    const options = { confirmButtonText: words.retry, cancelButtonText: t.value.common.cancel, type: 'warning' as const }
    const sure = await ElMessageBox.confirm(words.retryAllText(damaged.length), words.retryAll, options).catch(() => null)
    if (!sure) return
    retrying.value = 'all'
    let refused = 0
    try {
      for (const one of damaged) {
        try {
          await capture.retry(one.id)
        } catch (error) {
          if (!(error instanceof ApiError) || ![404, 409].includes(error.status)) throw error
          refused += 1
        }
      }
      ElMessage[refused ? 'warning' : 'success'](words.retriedSome(damaged.length - refused, refused))
    } catch (error) {
      ElMessage.error(describe(error))
    } finally {
      retrying.value = null
      await load()
      changed()
    }
  }

  watch(filter, () => {
    items.value = []
    void load()
  })
  void load()
  return { filter, items, next, loading, failure, retrying, load, retry, retryAll }
}
