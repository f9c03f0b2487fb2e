import { computed, reactive, ref, watch, type Ref } from 'vue'

import { ApiError } from '@/api/client'
import { mistakeText } from '@/api/mistakes'

/**
 * A dialog's form: filled anew each time it is shown, checked here and by the server, told field by field.
 *
 * `start` gives what it begins with, `wrong` the mistakes by field, `send` may throw ApiError.
 */
export function useForm<T extends object>(
  shown: Ref<boolean>,
  start: () => T,
  wrong: (given: T) => Record<string, string>,
  send: (given: T) => Promise<void>,
) {
  const given = reactive(start()) as T
  const tried = ref(false)
  const busy = ref(false)
  const failure = ref<unknown>(null)
  const own = computed(() => wrong(given))
  const told = computed<Record<string, string>>(() => (failure.value instanceof ApiError ? failure.value.fields : {}))
  const mistake = (field: string) => (tried.value ? own.value[field] : '') || mistakeText(told.value[field] ?? '')

  watch(shown, (now) => {
    if (!now) return
    Object.assign(given, start())
    tried.value = false
    failure.value = null
  })

  async function save(): Promise<void> {
    tried.value = true
    if (busy.value || Object.values(own.value).some(Boolean)) return
    busy.value = true
    failure.value = null
    try {
      await send(given)
      shown.value = false
    } catch (error) {
      failure.value = error
    } finally {
      busy.value = false
    }
  }

  return { given, busy, failure, mistake, save }
}
