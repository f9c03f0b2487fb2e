import type { Rule } from '@/api/routing'
import { t } from '@/i18n'

/** 部件 0101 上水井盖; of a major class its name and that it is one. */
export function classText(rule: Rule): string {
  if (!rule.category_code) return t.value.routing.any
  const name = `${rule.category_kind} ${rule.category_code} ${rule.category_name}`
  return rule.category_code.length === 2 ? `${name}（${t.value.routing.major}）` : name
}

export function timeText(rule: Rule): string {
  const hours = rule.hours === 'always' ? '' : rule.hours
  const season = rule.season_from ? t.value.routing.season(rule.season_from, rule.season_to) : ''
  return [season, hours].filter(Boolean).join(t.value.common.comma) || t.value.routing.always
}
