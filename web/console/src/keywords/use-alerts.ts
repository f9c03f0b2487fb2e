import { ElMessage } from 'element-plus'
import { ref, shallowRef, watch } from 'vue'

import { describe } from '@/api/describe'
import { keywords, type KeywordAlert, type Severity } from '@/api/keywords'

import { alertTurn, lookAtAlerts } from './unseen'

/** Alerts page by page, newest first; looked at again when there is news. */
export function useAlerts() {
  const unseen = ref(true)
  const severity = ref<Severity | ''>('')
  const items = shallowRef<KeywordAlert[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  const failure = shallowRef<unknown>(null)
  const seeing = ref<number | null>(null)
  let latest = 0

  async function load(cursor?: string): Promise<void> {
    const mine = ++latest
    loading.value = true
    try {
      const page = await keywords.alerts({ unseen: unseen.value, severity: severity.value, cursor })
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

  /** One's own tick. */
  async function see(alert: KeywordAlert): Promise<void> {
    seeing.value = alert.id
    try {
      const now = await keywords.see(alert.id)
      items.value = items.value.map((one) => (one.id === now.id ? now : one))
      void lookAtAlerts()
    } catch (error) {
      ElMessage.error(describe(error))
    } finally {
      seeing.value = null
    }
  }

  watch([unseen, severity], () => {
    items.value = []
    void load()
  })
  watch(alertTurn, () => {
    // Who has read on to older pages keeps what is on the screen.
    if (items.value.length <= 50) void load()
  })
  void load()
  return { unseen, severity, items, next, loading, failure, seeing, load, see }
}
