import { reactive, ref, shallowRef, watch } from 'vue'

import { ApiError } from '@/api/client'
import { beaconAway, desk } from '@/api/desk'
import { chosen, findDevices, playOn } from '@/phone/devices'
import { closeMicrophone, MicrophoneError, openMicrophone, type MicrophoneFault } from '@/phone/microphone'
import { dropNotification } from '@/phone/notify'
import { startRinging, stopRinging } from '@/phone/ring'
import { SipPhone, type Ending, type Link } from '@/phone/sip-phone'
import { TabLock } from '@/phone/tab-lock'

/** off: this browser is not the seat's device; elsewhere: another tab of this browser is. */
export type PhoneLink = 'off' | 'elsewhere' | 'failed' | Link

export interface PhoneCall {
  state: 'ringing' | 'connecting' | 'talking'
  since: number
}

/** Waits before the server is asked again for what to register with (ms). */
const RETRY_MS = 3_000
const RESUME_EVERY_MS = 1_500
/** Longer than the switch keeps a caller for a lost seat. */
const RESUME_TRIES = 20
/** Asked again after "no such call" so often: the old page's word that it goes may come later than the new page. */
const RESUME_DOUBTS = 4

export const phone = reactive({
  link: 'off' as PhoneLink,
  /** Why the link failed: what the API or the browser said. */
  failure: null as unknown,
  call: null as PhoneCall | null,
  muted: false,
  microphone: null as MicrophoneFault | null,
})
/** Of the call that is up; for meters and the quality light. */
export const peer = shallowRef<RTCPeerConnection | null>(null)
export const heard = shallowRef<MediaStream | null>(null)
export const spoken = shallowRef<MediaStream | null>(null)
/** Extension whose phone this browser is to be; empty: none. */
export const extension = ref('')

const speaker = new Audio()
speaker.autoplay = true
let sip: SipPhone | null = null
let lock: TabLock | null = null
let retryTimer = 0
let resumeTries = 0
let doubts = 0

const wishKey = (seat: string) => `hotline.phone.${seat}`
const callKey = () => `hotline.phone.${extension.value}.call`

/** Be the phone of `seat` if this browser was before the page was loaded. */
export function wakePhone(seat: string): void {
  if (localStorage.getItem(wishKey(seat))) turnOn(seat)
}

/** Make this browser the phone of `seat`, now and after every reload. */
export function turnOn(seat: string): void {
  localStorage.setItem(wishKey(seat), 'on')
  if (lock && extension.value === seat) return
  turnOff(false)
  extension.value = seat
  phone.link = 'connecting'
  lock = new TabLock(wishKey(seat), {
    gained: () => void boot(),
    lost: handOver,
    elsewhere: () => (phone.link = 'elsewhere'),
  })
  void lock.start()
}

/** Stop being a phone; `forget`: also after the next reload. */
export function turnOff(forget = true): void {
  if (forget && extension.value) localStorage.removeItem(wishKey(extension.value))
  const was = lock
  lock = null
  was?.close()
  halt()
  phone.link = 'off'
}

/** Have the phone in this tab. */
export function takePhone(): void {
  lock?.takeOver()
}

async function boot(): Promise<void> {
  window.clearTimeout(retryTimer)
  phone.link = 'connecting'
  void tryMicrophone()
  try {
    const account = await desk.phone()
    if (!lock || account.extension !== extension.value) return
    const mine: SipPhone = new SipPhone(account, {
      // What a phone says while it is being put away is of no interest.
      link: (link) => sip === mine && linked(link),
      ended: (ending) => sip === mine && ended(ending),
      ringing,
      connection,
      talking,
    })
    sip = mine
    mine.start()
    phone.failure = null
    // A page that was torn away in mid-call left this behind.
    if (localStorage.getItem(callKey())) mayResume()
  } catch (error) {
    const passing = error instanceof ApiError && (error.status === 0 || error.status >= 500)
    phone.failure = error
    phone.link = passing ? 'connecting' : 'failed'
    if (passing && lock) retryTimer = window.setTimeout(() => void boot(), RETRY_MS)
  }
}

function halt(): void {
  window.clearTimeout(retryTimer)
  const was = sip
  sip = null
  was?.stop()
  forgetCall()
}

/** Another tab takes the phone: the call goes with it. */
async function handOver(): Promise<void> {
  if (phone.call && phone.call.state !== 'ringing') await desk.verb('away').catch(() => undefined)
  const inCall = localStorage.getItem(callKey())
  halt()
  if (inCall) localStorage.setItem(callKey(), inCall)
  phone.link = 'elsewhere'
}

/** Ask for the microphone before the first call needs it. */
export async function tryMicrophone(): Promise<void> {
  try {
    closeMicrophone(await openMicrophone(chosen.microphone))
    phone.microphone = null
  } catch (error) {
    if (error instanceof MicrophoneError) phone.microphone = error.fault
  }
  await findDevices()
}

function linked(link: Link): void {
  phone.link = link
  if (link === 'registered' && resumeTries > 0 && !sip?.session) void resume()
}

function mayResume(): void {
  resumeTries = RESUME_TRIES
  doubts = RESUME_DOUBTS
}

async function resume(): Promise<void> {
  resumeTries -= 1
  try {
    // It rings now; not before there is talk is it done.
    await desk.verb('resume')
  } catch (error) {
    // No such call any more, or not yet; an answer that never came is another matter.
    if (error instanceof ApiError && error.status > 0 && error.status < 500)
      resumeTries = Math.min(resumeTries, doubts--)
  }
  if (resumeTries > 0) resumeSoon()
  else localStorage.removeItem(callKey())
}

function resumeSoon(): void {
  window.setTimeout(() => linked(phone.link as Link), RESUME_EVERY_MS)
}

function ringing(_session: unknown, auto: boolean): void {
  phone.call = { state: 'ringing', since: Date.now() }
  if (auto) void answer()
  else void startRinging(chosen.bell)
}

/** Take the call that rings. Throws MicrophoneError. */
export async function answer(): Promise<void> {
  if (phone.call?.state !== 'ringing') return
  phone.call = { ...phone.call, state: 'connecting' }
  stopRinging()
  dropNotification()
  try {
    const stream = await openMicrophone(chosen.microphone)
    phone.microphone = null
    spoken.value = stream
    if (!sip?.session || sip.session.isEnded()) return forgetCall()
    await sip.answer(stream)
  } catch (error) {
    if (error instanceof MicrophoneError) phone.microphone = error.fault
    hangUpHere()
    throw error
  }
}

function connection(connected: RTCPeerConnection): void {
  peer.value = connected
  connected.addEventListener('track', ({ track }) => {
    heard.value = new MediaStream([track])
    speaker.srcObject = heard.value
    void playOn(speaker, chosen.speaker)
    void speaker.play().catch(() => undefined)
  })
}

function talking(): void {
  phone.call = { state: 'talking', since: Date.now() }
  resumeTries = 0
  localStorage.setItem(callKey(), String(Date.now()))
}

function ended(ending: Ending): void {
  const inCall = phone.call?.state === 'talking'
  forgetCall()
  // The old page's word that it goes came late and took the ringing away again.
  if (!inCall && resumeTries > 0) return resumeSoon()
  if (ending !== 'lost' || !inCall) return
  // The network took it, not a person: the switch keeps the caller for a while.
  mayResume()
  void desk.verb('away').catch(() => undefined).then(() => linked(phone.link as Link))
}

function forgetCall(): void {
  stopRinging()
  dropNotification()
  closeMicrophone(spoken.value)
  spoken.value = heard.value = peer.value = speaker.srcObject = null
  phone.call = null
  phone.muted = false
  if (extension.value) localStorage.removeItem(callKey())
}

/** Hang up the browser's own leg, or refuse what rings: works without the server. */
export function hangUpHere(): void {
  resumeTries = 0
  sip?.hangUp()
}

export function pressKeys(tones: string): void {
  sip?.keys(tones)
}

export function mute(on: boolean): void {
  phone.muted = on
  spoken.value?.getAudioTracks().forEach((track) => (track.enabled = !on))
}

watch(
  () => chosen.speaker,
  (id) => void playOn(speaker, id),
)

// A headset plugged in during a call takes over from the next word on.
watch(
  () => chosen.microphone,
  async (id) => {
    const sender = peer.value?.getSenders().find((one) => one.track?.kind === 'audio')
    if (!sender) return tryMicrophone()
    const stream = await openMicrophone(id).catch(() => null)
    if (!stream) return
    await sender.replaceTrack(stream.getAudioTracks()[0] ?? null)
    closeMicrophone(spoken.value)
    spoken.value = stream
    mute(phone.muted)
  },
)

window.addEventListener('pagehide', () => {
  if (phone.call && phone.call.state !== 'ringing') beaconAway()
})
