import type { RuleForm } from '@/api/retention'
import { label, t } from '@/i18n'

/** How long, as people say it; 0 months: for good. */
export function monthsText(months: number): string {
  const words = t.value.retention
  return months ? words.months(months) : words.forGood
}

/** Which recordings a rule is about, as one line. */
export function appliesText(rule: RuleForm): string {
  const words = t.value.retention
  const parts = [
    rule.has_case === null ? '' : rule.has_case ? words.withCase : words.withoutCase,
    rule.kinds.map((one) => label(words.kinds, one)).join(t.value.common.comma),
    rule.flags.map((one) => label(words.flags, one)).join(t.value.common.comma),
  ].filter((one) => one)
  return parts.join(' · ') || words.everyCall
}
