import { computed } from 'vue'

import type { SeatCall, SeatCallState } from '@/api/seat-types'
import { phone } from '@/state/phone'
import { mine } from '@/state/presence'

/** `here`: the browser has a call of which the switch has not told yet; it can be answered and hung up. */
export type DeskCallState = SeatCallState | 'none' | 'here'

export const seatCall = computed<SeatCall | null>(() => mine.value?.call ?? null)

export const callState = computed<DeskCallState>(() => {
  if (phone.call?.state === 'ringing') return 'ringing'
  const told = seatCall.value?.state
  // The browser knows before the switch's news arrive that nothing rings here any more.
  if (told === 'ringing' && phone.call) return 'here'
  if (told) return told
  return phone.call ? 'here' : 'none'
})

export const inBrowser = computed(() => phone.call !== null)
/** A desk phone rings: only its own key answers it. */
export const ringsOnPhone = computed(() => callState.value === 'ringing' && !inBrowser.value)

const bothTalk = computed(() => seatCall.value?.with?.state === 'talking')

/** What may be done now. The switch has the last word. */
export const can = computed(() => {
  const state = callState.value
  const withCaller = state === 'talking' || state === 'hold'
  return {
    answer: state === 'ringing' && inBrowser.value,
    hangUp: state !== 'none' && !(state === 'ringing' && !inBrowser.value),
    hold: state === 'talking',
    resume: state === 'hold',
    mute: inBrowser.value && state !== 'ringing',
    keypad: ['talking', 'consult', 'conference', 'here'].includes(state),
    transfer: withCaller,
    consult: withCaller,
    park: withCaller,
    menu: state === 'talking',
    // Of a queue, the caller may have the place the seat waits in.
    complete: state === 'consult' && (bothTalk.value || seatCall.value?.with?.kind === 'queue'),
    cancel: state === 'consult',
    swap: state === 'consult' && bothTalk.value,
    conference: state === 'consult' && bothTalk.value,
    leave: state === 'conference',
  }
})
