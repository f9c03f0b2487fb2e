import { language } from '@/i18n'

/** The server's few ways to say what is wrong with a field, in English. */
const ENGLISH: readonly (readonly [RegExp, string])[] = [
  [/^(?:请填写.*|必填|缺少一部分)$/, 'Required'],
  [/^最多 (\d+) 个字/, 'At most $1 characters'],
  [/电话号码/, 'Not a valid phone number'],
  [/控制字符|无效字符/, 'Contains characters that cannot be kept'],
]

/** What to show at a field: the server's Chinese, or its English where that is the language chosen. */
export function mistakeText(told: string): string {
  if (!told || language.value !== 'en') return told
  for (const [pattern, text] of ENGLISH) {
    const found = pattern.exec(told)
    if (found) return text.replace('$1', found[1] ?? '')
  }
  return 'Not valid'
}
