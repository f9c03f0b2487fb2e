import { computed, reactive, ref, watch } from 'vue'

import { desk } from '@/api/desk'
import type { PinResult, Pop } from '@/api/desk-types'
import type { LiveMessage, Stage } from '@/api/types'

import { useLive } from './live'
import { account } from './session'

/** One call's work: what popped up, and its case form. It stays until the case is out of hand. */
export interface Work {
  call_id: string
  case_id: number | null
  caller: string
  at: string
  /** null after a reload: what popped up is not kept in the browser. */
  pop: Pop | null
  stage: Stage | null
  pin: PinResult | null
}

/** More than these are left to the list of cases. */
const MOST = 12

export const works = reactive<Work[]>([])
export const chosenCall = ref('')
/** The call that rings or is up here, empty for none. */
export const current = ref('')

export const chosenWork = computed(() => works.find((one) => one.call_id === chosenCall.value) ?? null)

const key = () => `hotline.works.${account.value?.id ?? 0}`

function restore(): void {
  works.splice(0)
  try {
    const kept = JSON.parse(localStorage.getItem(key()) ?? '[]') as Partial<Work>[]
    for (const one of kept.slice(0, MOST)) {
      if (!one.call_id) continue
      const { call_id, case_id = null, caller = '', at = '' } = one
      works.push({ call_id, case_id, caller, at, pop: null, stage: null, pin: null })
    }
  } catch {
    // Somebody else's text under our key: start with an empty desk.
  }
  chosenCall.value = works[0]?.call_id ?? ''
}

watch(
  works,
  (now) => {
    const kept = now.map(({ call_id, case_id, caller, at }) => ({ call_id, case_id, caller, at }))
    if (account.value) localStorage.setItem(key(), JSON.stringify(kept))
  },
  { deep: true },
)

/** True while somebody types in the form shown. */
function typing(): boolean {
  return document.activeElement?.closest('[data-test="draft"]') != null
}

/** Show the work of a call; unless `firmly`, never under the hands of somebody who types. */
export function show(callId: string, firmly = true): void {
  if (firmly || !chosenCall.value || !typing()) chosenCall.value = callId
}

/** A call has popped up: its work goes to the front, finished work leaves. */
export function take(pop: Pop): void {
  const found = works.find((one) => one.call_id === pop.call_id)
  // Told again when more is known, even after the call: what is up now is for the switch to say.
  if (found) return void Object.assign(found, { pop, case_id: pop.case_id ?? found.case_id, caller: pop.caller })
  tidy()
  const { call_id, case_id, caller, rang_at: at } = pop
  works.unshift({ call_id, case_id, caller, at, pop, stage: null, pin: null })
  works.splice(MOST)
  current.value = call_id
  show(call_id, false)
}

/** The switch says which call this seat has, null for none; `up`: it is being talked in. */
export function callIs(callId: string | null, up: boolean): void {
  current.value = callId ?? ''
  if (!callId) return
  const work = works.find((one) => one.call_id === callId)
  if (work) show(callId, up)
  if (!work?.pop) void fetchPop()
}

/** Finished: registered or later, or a call that came to no case. */
export function finished(work: Work): boolean {
  return work.call_id !== current.value && (work.case_id === null || (work.stage !== null && work.stage !== 'draft'))
}

function tidy(): void {
  const over = works.filter(finished)
  for (const one of over) works.splice(works.indexOf(one), 1)
}

/** Put a call's work away; its draft stays among the cases. */
export function dismiss(callId: string): void {
  const at = works.findIndex((one) => one.call_id === callId)
  if (at >= 0) works.splice(at, 1)
  if (chosenCall.value === callId) chosenCall.value = works[0]?.call_id ?? ''
}

function hear(message: LiveMessage): void {
  if (message.type === 'pop') take(message.pop)
  else if (message.type === 'pop_over') popOver(message.call_id)
  else if (message.type === 'pin') {
    const work = works.find((one) => one.call_id === message.call_id)
    if (work) work.pin = message.result
  } else if (message.type === 'case') {
    const work = works.find((one) => one.case_id === message.case.id || one.call_id === message.case.call_id)
    if (work) Object.assign(work, { case_id: message.case.id, stage: message.case.stage })
  }
}

/** It rang elsewhere, or the caller gave up: nothing was said, so nothing is left to do here. */
function popOver(callId: string): void {
  if (current.value === callId) current.value = ''
  dismiss(callId)
}

async function fetchPop(): Promise<void> {
  try {
    const pop = await desk.pop()
    // The last call's is kept for a while: without its work here it is over and done with.
    if (pop && (pop.call_id === current.value || works.some((one) => one.call_id === pop.call_id))) take(pop)
  } catch {
    // The next message or reconnection brings it.
  }
}

/** Hear of calls while the calling component lives. */
export function usePops(): void {
  restore()
  void fetchPop()
  useLive(hear, () => void fetchPop())
}
