import { label, t } from '@/i18n'

/** What a result visit brought: one of five levels, or why there is none; empty for nothing yet. */
export function visitResult(result: string | null): string {
  if (!result) return ''
  return t.value.satisfaction.levels[Number(result) - 1] ?? label(t.value.satisfaction.results, result)
}
