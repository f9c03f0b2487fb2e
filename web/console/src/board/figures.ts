import type { Board, BoardQueue } from '@/api/board-types'
import { language, t } from '@/i18n'

/** 93.5 %; a dash while nobody has asked. */
export function rate(value: number | null): string {
  return value === null ? t.value.common.none : `${(value * 100).toFixed(1)}%`
}

/** Under a heading that says "queue" the name need not say it again: 综合队列 is 综合. */
export function shortQueueName(name: string): string {
  return name.replace(/(?<=.)队列$/, '')
}

export function boardQueueName(queue: BoardQueue): string {
  return shortQueueName((language.value === 'en' ? queue.label_en : queue.label) || queue.name)
}

/** Moment (ms) the longest waiting caller began to wait; null when nobody waits. */
export function oldest(queues: readonly BoardQueue[]): number | null {
  const since = queues.flatMap((queue) => queue.waiting.map((one) => Date.parse(one.since)))
  return since.length ? Math.min(...since) : null
}

export function waitingNow(board: Board): number {
  return board.queues.reduce((sum, queue) => sum + queue.waiting.length, 0)
}
