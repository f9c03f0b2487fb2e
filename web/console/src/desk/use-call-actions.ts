import { ref } from 'vue'

import { ApiError } from '@/api/client'
import { desk } from '@/api/desk'
import type { CallVerb, Target } from '@/api/desk-types'
import { t } from '@/i18n'
import { answer, hangUpHere, mute, phone, pressKeys } from '@/state/phone'
import { works } from '@/state/pop'

import { useAct } from './use-act'
import { callState, can, inBrowser, seatCall } from './use-desk-call'

export type Picking = 'transfer' | 'consult'

/** Everything a seat can do with its call. Each does nothing while it is not possible. */
export function useCallActions() {
  const { busy, act } = useAct()
  const picking = ref<Picking | null>(null)
  const keypadOpen = ref(false)

  async function endCall(): Promise<void> {
    // Two people and this browser: its own goodbye is enough, and needs no server. The switch ends the rest.
    const plain = ['ringing', 'talking', 'here'].includes(callState.value)
    if (inBrowser.value && (plain || !seatCall.value)) return hangUpHere()
    try {
      await desk.verb('hangup')
    } catch (error) {
      const noServer = error instanceof ApiError && (error.status === 0 || error.status >= 500)
      if (!inBrowser.value || !noServer) throw error
      hangUpHere()
    }
  }

  async function sendKey(key: string): Promise<void> {
    if (inBrowser.value) pressKeys(key)
    else await desk.verb('keys', { digits: key })
  }

  const verb = (name: CallVerb) => {
    if (can.value[name as keyof typeof can.value]) void act(name, () => desk.verb(name))
  }

  return {
    busy,
    picking,
    keypadOpen,
    verb,
    answer: () => void (can.value.answer && act('answer', answer)),
    hangUp: () => void (can.value.hangUp && act('hangup', endCall)),
    hold: () => verb('hold'),
    resume: () => verb('resume'),
    /** Hold, or take back what is held. */
    toggleHold: () => verb(can.value.resume ? 'resume' : 'hold'),
    mute: () => void (can.value.mute && mute(!phone.muted)),
    key: (key: string) => void sendKey(key).catch(() => undefined),
    toggleKeypad: () => void (keypadOpen.value = can.value.keypad && !keypadOpen.value),
    pick: (what: Picking) => void (can.value[what] && (picking.value = what)),
    park: () => void (can.value.park && act('park', () => desk.verb('park'), t.value.desk.call.done.park)),
    menu: (to: 'survey' | 'pin') => {
      const case_id = works.find((one) => one.call_id === seatCall.value?.call_id)?.case_id ?? undefined
      void act('menu', () => desk.verb('menu', { to, ...(to === 'pin' && case_id ? { case_id } : {}) }), t.value.desk.call.done[to])
    },
    /** Resolves to whether it was done. */
    toTarget: (what: Picking, target: Target) =>
      act(what, () => desk.toTarget(what, target), t.value.desk.call.done[what]),
  }
}

export type CallActions = ReturnType<typeof useCallActions>
