import type { Limit } from '@/api/retention'
import { t } from '@/i18n'
import { queueName } from '@/queues/names'
import { placeName } from '@/state/catalogue'

type Limits = Pick<Limit, 'queues' | 'districts' | 'own'> & { nobodys?: boolean }

/** How far one line of a right reaches, as people say it. */
export function limitText(one: Limits): string {
  const { reach } = t.value.retention
  const comma = t.value.common.comma
  const parts = [
    one.queues.map(queueName).join(comma),
    one.districts.map(placeName).join(comma),
    one.own ? reach.own : '',
    one.nobodys ? reach.nobodys : '',
  ]
  return parts.filter((part) => part).join(' · ') || reach.all
}

/** How far a right reaches: as far as any of its lines. */
export function reachText(lines: Limit[] | undefined): string {
  if (!lines?.length) return t.value.retention.reach.none
  return lines.map(limitText).join(t.value.retention.or)
}
