import type { CaseDetail } from '@/api/types'
import { label, t } from '@/i18n'
import { dateTime } from '@/lib/time'
import { unitName } from '@/state/workflow'

/** Who has the case, until when, and what was asked for; nothing before it was dispatched. */
export function workFacts(one: CaseDetail): [string, string][] {
  const words = t.value.caseWork
  const all: [string, string][] = [
    [words.unit, unitName(one.unit)],
    [words.helpers, one.helpers.map(unitName).join(t.value.common.comma)],
    [words.limit, limitText(one)],
    [words.due, dueText(one)],
    [words.stageDue, dateTime(one.stage_due_at)],
    [words.pending, pendingText(one)],
    [words.resumes, dateTime(one.resume_at)],
    [words.counts, countsText(one)],
  ]
  return all.filter(([, value]) => value)
}

function limitText(one: CaseDetail): string {
  if (!one.limit_value) return ''
  const unit = label(t.value.caseWork.values, one.limit_unit)
  return `${one.limit_value}${one.extra_value ? ` + ${one.extra_value}` : ''} ${unit}`
}

function dueText(one: CaseDetail): string {
  if (one.unknown_year) return t.value.caseWork.unknownYear(one.unknown_year)
  return dateTime(one.due_at)
}

function pendingText(one: CaseDetail): string {
  if (!one.pending) return ''
  const words = t.value.caseWork
  const more = one.pending_value ?? dateTime(one.pending_until)
  return `${label(words.wishes, one.pending)} ${more} · ${label(words.levels, `${one.pending === 'appeal' ? 'appeal' : 'wish'}${one.pending_level}`)}`
}

function countsText(one: CaseDetail): string {
  const words = t.value.caseWork.counted
  const counted: [string, number][] = [
    [words.delays, one.delays],
    [words.returns, one.returns],
    [words.reworks, one.reworks],
    [words.urges, one.urges],
    [words.supervisions, one.supervisions],
  ]
  return counted.filter(([, n]) => n).map(([name, n]) => `${name} ${n}`).join(' · ')
}
