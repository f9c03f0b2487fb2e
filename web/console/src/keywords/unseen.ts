import { ElNotification } from 'element-plus'
import { ref } from 'vue'

import { keywords } from '@/api/keywords'
import { t } from '@/i18n'
import { useLive } from '@/state/live'

/** A burst of messages is answered by one look. */
const SETTLE_MS = 300

/** How many alerts nobody has seen. */
export const unseenAlerts = ref(0)
/** Goes up whenever alerts have changed: lists look again. */
export const alertTurn = ref(0)

/** Ask how many there are; lists look again. */
export async function lookAtAlerts(): Promise<void> {
  try {
    unseenAlerts.value = (await keywords.alerts({ unseen: true, limit: 1 })).unseen
  } catch {
    // The badge stays as it was; the connection banner tells of a lost server.
  }
  alertTurn.value++
}

/** Keep both while the calling component lives, and say aloud when a new alert comes. */
export function useUnseenAlerts(open: () => void): void {
  let timer = 0
  let told = false

  function soon(): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void lookAtAlerts(), SETTLE_MS)
  }

  useLive((message) => {
    if (message.type !== 'keyword_alert') return
    soon()
    if (message.seen || told) return
    // One at a time: ten alerts of one evening must not cover the page.
    told = true
    const note = ElNotification({
      type: 'warning',
      title: t.value.keywords.told,
      message: t.value.keywords.toldHint,
      onClick: () => {
        note.close()
        open()
      },
      onClose: () => (told = false),
    })
  }, soon)
  void lookAtAlerts()
}
