import { computed, ref, watchEffect } from 'vue'

import { en } from './en'
import { zh, type Messages } from './zh'

export type Language = 'zh-CN' | 'en'

const KEY = 'hotline.language'

export const language = ref<Language>(localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN')

watchEffect(() => {
  localStorage.setItem(KEY, language.value)
  document.documentElement.lang = language.value
})

/** All sentences of the chosen language; typed, so a missing one does not compile. */
export const t = computed<Messages>(() => (language.value === 'en' ? en : zh))

/** The label of a code the server may know and this console may not yet. */
export function label(labels: Readonly<Record<string, string>>, code: string, fallback = code): string {
  return labels[code] ?? fallback
}
