import { label, t } from '@/i18n'

/** From this level on (4 不满意) the case goes back into handling. */
const DISSATISFIED = 4

/** What a result visit brought: one of five levels, or why there is none; empty for nothing yet. */
export function visitResult(result: string): string {
  if (!result) return ''
  const level = t.value.satisfaction.levels[Number(result) - 1]
  if (!level) return label(t.value.satisfaction.results, result)
  return Number(result) >= DISSATISFIED ? `${level} · ${t.value.satisfaction.sentBack}` : level
}
