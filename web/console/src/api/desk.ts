import { request } from './client'
import type { Callee, CallVerb, ParkedCall, PhoneAccount, Pop, Target, TransferTargets } from './desk-types'
import type { Notice, PauseReason, SeatLive } from './seat-types'
import type { Items } from './voice-types'

const segment = encodeURIComponent
const CALL = '/seats/me/call'
const PREFIX = '/api/v1'

/** What a seat does from its desk; each throws ApiError with a sentence of the server. */
export const desk = {
  phone: () => request<PhoneAccount>('GET', '/seats/me/phone'),
  pop: () => request<Pop | undefined>('GET', '/seats/me/pop'),
  seats: () => request<Items<SeatLive>>('GET', '/seats/live'),
  pauseReasons: () => request<Items<PauseReason>>('GET', '/pause-reasons'),
  notices: (since: string) => request<Items<Notice>>('GET', '/notices', undefined, { since }),

  logIn: (device: 'browser' | 'phone') => request<unknown>('POST', '/seats/me/log-in', { device }),
  logOut: () => request<unknown>('POST', '/seats/me/log-out', {}),
  ready: () => request<unknown>('POST', '/seats/me/ready', {}),
  pause: (reason: string) => request<unknown>('POST', '/seats/me/pause', { reason }),
  extendWrapUp: (extend_s: number) => request<unknown>('POST', '/seats/me/wrap-up', { extend_s }),
  endWrapUp: () => request<unknown>('POST', '/seats/me/wrap-up/end', {}),
  outbound: (on: boolean) => request<unknown>('POST', '/seats/me/outbound', { on }),

  verb: (verb: CallVerb, body: object = {}) => request<unknown>('POST', `${CALL}/${verb}`, body),
  toTarget: (verb: 'transfer' | 'consult', target: Target) => request<unknown>('POST', `${CALL}/${verb}`, { target }),
  targets: () => request<TransferTargets>('GET', '/transfer-targets'),

  parked: () => request<Items<ParkedCall>>('GET', '/parked'),
  retrieve: (callId: string) => request<unknown>('POST', `/parked/${segment(callId)}/retrieve`, {}),
  call: (callee: Callee) => request<{ call_id: string }>('POST', '/seats/me/calls', callee),
  giveUpCall: (callId: string) => request<unknown>('DELETE', `/seats/me/calls/${segment(callId)}`),
}

/** Tell the switch that this page goes away in mid-call: works while the page is being unloaded. */
export function beaconAway(): void {
  const body = new Blob(['{}'], { type: 'application/json' })
  navigator.sendBeacon(`${PREFIX}${CALL}/away`, body)
}
