import { ElMessage } from 'element-plus'
import { ref } from 'vue'

import { quality } from '@/api/quality'
import { t } from '@/i18n'
import { useLive } from '@/state/live'
import { account } from '@/state/session'

/** How many of one's own results one has not looked at. */
const unseen = ref(0)

async function refresh(): Promise<void> {
  if (account.value?.role !== 'seat') return
  try {
    unseen.value = (await quality.mine()).unseen
  } catch {
    // The number beside the link stays as it was; the page itself tells what is wrong.
  }
}

/** The number, kept as results come; a seat is told of each. */
export function useUnseen() {
  useLive(
    (message) => {
      if (message.type !== 'quality') return
      ElMessage.info(message.state === 'submitted' ? t.value.quality.told : t.value.quality.toldChanged)
      void refresh()
    },
    () => void refresh(),
  )
  void refresh()
  return unseen
}

/** One was opened. */
export function noticeSeen(): void {
  void refresh()
}
