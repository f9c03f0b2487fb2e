import type { CallLeg } from '@/api/types'
import { label, t } from '@/i18n'
import { queueName } from '@/queues/names'

/** Who held the call in a leg, as people say it. */
export function holderName(leg: CallLeg): string {
  const kind = label(t.value.legs.kinds, leg.holder_kind)
  if (!leg.holder) return kind
  return leg.holder_kind === 'queue' ? `${kind} ${queueName(leg.holder)}` : `${kind} ${leg.holder}`
}

export function legStateName(leg: CallLeg): string {
  return label(t.value.legs.states, leg.state)
}

const BY_STATE: Readonly<Record<string, string>> = {
  hold: '#7a5bc0',
  consult: '#9147b0',
  conference: '#3b4fb8',
  wait: '#d99a00',
  ring: '#e0b84a',
}
const BY_KIND: Readonly<Record<string, string>> = {
  seat: '#1f5fae',
  external: '#0f8a9d',
  queue: '#d99a00',
  park: '#8a6d3b',
  message: '#c2571a',
  menu: '#7f8b99',
  survey: '#5f7d6b',
  pin: '#5f7d6b',
}

/** What began a leg; the server's code is one word, or two with a colon. */
export function legWhy(leg: CallLeg): string {
  return leg.why
    .split(':')
    .map((word) => label(t.value.legs.whys, word))
    .join(' · ')
}

/** What a leg's colour stands for. */
export function legMeaning(leg: CallLeg): string {
  return leg.state in BY_STATE && leg.holder_kind !== 'queue' ? legStateName(leg) : label(t.value.legs.kinds, leg.holder_kind)
}

export function legColour(leg: CallLeg): string {
  return BY_STATE[leg.state] ?? BY_KIND[leg.holder_kind] ?? '#7f8b99'
}
