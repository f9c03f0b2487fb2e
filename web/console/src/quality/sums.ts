import type { Answers, ItemAnswer, SheetBody, SheetItem } from '@/api/quality'

export interface Sum {
  /** 0 to 100 by what is answered so far; null: nothing yet. */
  total: number | null
  /** Items without an answer. */
  open: number
  fatal: boolean
}

/** Whether an item has been judged. */
export function isJudged(item: SheetItem, answer: ItemAnswer | undefined): boolean {
  if (!answer) return false
  if (answer.not_applicable) return true
  return item.kind === 'points' ? answer.points != null : answer.yes != null
}

function share(item: SheetItem, answer: ItemAnswer): number {
  return item.kind === 'points' ? (answer.points ?? 0) / item.scale : answer.yes ? 1 : 0
}

/** A preview of what the server will say (recorder/quality/scoring.py); the server's counts. */
export function sum(sheet: SheetBody, answers: Answers): Sum {
  let [weights, got, open, cap] = [0, 0, 0, 100]
  for (const group of sheet.groups) {
    let [inner, earned] = [0, 0]
    for (const item of group.items) {
      const answer = answers[item.code]
      if (!answer || !isJudged(item, answer)) open++
      else if (item.kind === 'fatal') cap = answer.yes ? Math.min(cap, item.cap) : cap
      else if (!answer.not_applicable) {
        inner += item.weight
        earned += item.weight * share(item, answer)
      }
    }
    const weight = inner ? (group.weight ?? inner) : 0
    weights += weight
    got += inner ? (weight * earned) / inner : 0
  }
  if (!weights) return { total: null, open, fatal: cap < 100 }
  return { total: Math.min(cap, Math.round((got / weights) * 1000) / 10), open, fatal: cap < 100 }
}

/** A new sheet to begin with. */
export function emptySheet(): SheetBody {
  return { pass_mark: 80, groups: [{ code: 'g1', title: '', weight: null, items: [emptyItem('i1')] }] }
}

export function emptyItem(code: string): SheetItem {
  return { code, title: '', kind: 'points', weight: 10, scale: 10, cap: 0, guide: '', optional: false, check: null }
}

/** The first code with this letter that is not taken. */
export function freeCode(letter: string, taken: string[]): string {
  for (let n = 1; ; n++) if (!taken.includes(`${letter}${n}`)) return `${letter}${n}`
}
