import type { FlowProblem } from '@/api/voice-types'
import { language } from '@/i18n'

/** What is wrong, and what to do about it, in the language of the console. */
export function told(problem: FlowProblem): { message: string; fix: string } {
  return language.value === 'en'
    ? { message: problem.message_en || problem.message, fix: problem.fix_en || problem.fix }
    : problem
}
