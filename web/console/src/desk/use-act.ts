import { ElMessage } from 'element-plus'
import { ref } from 'vue'

import { ApiError } from '@/api/client'
import { describe } from '@/api/describe'
import { t } from '@/i18n'
import { MicrophoneError } from '@/phone/microphone'

/** Why something a seat wanted was not done, in a sentence. */
export function whyNot(error: unknown): string {
  if (error instanceof MicrophoneError) return t.value.desk.phone.faults[error.fault]
  if (error instanceof ApiError && error.status === 0) return t.value.desk.call.offline
  return describe(error)
}

/** One button at a time: `busy` names the one that works, a failure is told in words. */
export function useAct() {
  const busy = ref('')

  async function act(name: string, does: () => Promise<unknown>, done = ''): Promise<boolean> {
    if (busy.value) return false
    busy.value = name
    try {
      await does()
      if (done) ElMessage.success(done)
      return true
    } catch (error) {
      ElMessage({ type: 'error', message: whyNot(error), showClose: true, duration: 6_000, customClass: 'desk-failure' })
      return false
    } finally {
      busy.value = ''
    }
  }

  return { busy, act }
}
