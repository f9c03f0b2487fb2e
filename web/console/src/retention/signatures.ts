import type { Deletion, ItemState, Retention } from '@/api/retention'
import { label, t } from '@/i18n'

const ORDER: readonly ItemState[] = ['waiting', 'erasing', 'deleted', 'held', 'skipped']

/** "已删除 2 · 已保全 1" of a proposal's recordings. */
export function countsText(one: Deletion): string {
  const words = t.value.retention
  return ORDER.filter((state) => one.counts[state])
    .map((state) => words.countOf(words.itemStates[state], one.counts[state] ?? 0))
    .join(' · ')
}

/** Why the reader's signature is not taken, in words; empty: it is. */
export function barText(one: Deletion): string {
  return one.sign_bar ? label(t.value.retention.bars, one.sign_bar) : ''
}

/** Who has to sign here, by the hotline's setting. */
export function pairText(signers: Retention['signers']): string {
  return label(t.value.retention.pair, signers)
}
