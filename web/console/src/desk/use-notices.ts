import { ElNotification } from 'element-plus'
import { ref } from 'vue'

import { desk } from '@/api/desk'
import type { Notice } from '@/api/seat-types'
import { t } from '@/i18n'
import { useLive } from '@/state/live'

const DAY_MS = 86_400_000

/** Newest first. */
export const notices = ref<Notice[]>([])
export const unread = ref(0)

function put(notice: Notice): boolean {
  if (notices.value.some((one) => one.id === notice.id)) return false
  notices.value = [notice, ...notices.value].sort((a, b) => b.id - a.id)
  return true
}

async function load(): Promise<void> {
  try {
    const since = new Date(Date.now() - DAY_MS).toISOString()
    const { items } = await desk.notices(since)
    const first = notices.value.length === 0
    const fresh = items.filter(put)
    if (!first) unread.value += fresh.length
  } catch {
    // The next reconnection asks again.
  }
}

/** Hear what leaders tell the seats while the calling component lives. */
export function useNotices(): void {
  void load()
  useLive(
    (message) => {
      if (message.type !== 'notice' || !put(message.notice)) return
      unread.value += 1
      const { from, text } = message.notice
      // Never as HTML: it is what a person typed.
      ElNotification({ title: `${t.value.desk.side.notices} · ${from}`, message: text, type: 'warning', duration: 15_000, customClass: 'desk-notice' })
    },
    () => void load(),
  )
}
