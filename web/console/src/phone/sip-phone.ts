import { UA, WebSocketInterface } from 'jssip'
import type { IncomingRTCSessionEvent, RTCSessionEvent } from 'jssip/lib/UA'
import type { RTCSession } from 'jssip/lib/RTCSession'

import type { PhoneAccount } from '@/api/desk-types'

export type Link = 'connecting' | 'registered' | 'refused'

/** Why a session ended: a person hung up, or the network took it. */
export type Ending = 'over' | 'lost'

export interface PhoneEvents {
  link(link: Link): unknown
  /** An INVITE is here; `auto`: the switch asks this device to answer by itself. */
  ringing(session: RTCSession, auto: boolean): void
  connection(peer: RTCPeerConnection): void
  talking(): void
  ended(ending: Ending): unknown
}

/** Seconds; the switch forgets a browser that does not renew. */
const REGISTER_S = 90
/** A connection that answers nothing for this long is cut, so that a new one can be made (ms). */
const ALIVE_EVERY_MS = 12_000
const ALIVE_WITHIN_MS = 5_000
const GATHER_MS = 700
/** Ends that no person chose. */
const LOST = new Set(['RTP Timeout', 'Connection Error', 'Request Timeout', 'Dialog Error', 'WebRTC Error'])

/** What JsSIP's sessions can do besides what its types say. */
interface InDialog {
  sendRequest(method: string, options: { extraHeaders: string[] }): void
}

/** True when the switch wants no finger on the button: its own calls to this device only. */
function wantsAnswer(header: (name: string) => string | undefined): boolean {
  return /answer-after=0/.test(header('Call-Info') ?? '') || /alert-autoanswer/.test(header('Alert-Info') ?? '')
}

/**
 * A seat's device in the browser: SIP over a WebSocket (JsSIP), one call at a time.
 *
 * It connects again by itself for ever. A call outlives a cut of its WebSocket: sound takes another way.
 */
export class SipPhone {
  session: RTCSession | null = null
  private readonly ua: UA
  private readonly socket: WebSocketInterface
  private heartbeat = 0

  constructor(
    private readonly account: PhoneAccount,
    private readonly events: PhoneEvents,
  ) {
    this.socket = new WebSocketInterface(account.ws_url)
    this.ua = new UA({
      sockets: [this.socket],
      uri: account.uri,
      authorization_user: account.user,
      password: account.password,
      realm: account.realm,
      register_expires: REGISTER_S,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 4,
      user_agent: 'hotline-console',
    })
    this.ua.on('disconnected', () => events.link('connecting'))
    this.ua.on('unregistered', () => events.link('connecting'))
    this.ua.on('registered', () => this.registered())
    this.ua.on('registrationFailed', ({ response }) => events.link(response ? 'refused' : 'connecting'))
    this.ua.on('newRTCSession', (event: RTCSessionEvent) => {
      if (event.originator === 'remote') this.invited(event as IncomingRTCSessionEvent)
    })
  }

  start(): void {
    this.events.link('connecting')
    this.ua.start()
    this.heartbeat = window.setInterval(() => this.feelPulse(), ALIVE_EVERY_MS)
    window.addEventListener('offline', this.cut)
    window.addEventListener('online', this.cut)
  }

  /** Leave the switch; a call that is still up is hung up. */
  stop(): void {
    window.clearInterval(this.heartbeat)
    window.removeEventListener('offline', this.cut)
    window.removeEventListener('online', this.cut)
    this.ua.stop()
    this.session = null
  }

  async answer(microphone: MediaStream): Promise<void> {
    this.session?.answer({
      mediaStream: microphone,
      pcConfig: { iceServers: this.account.ice_servers },
    })
  }

  /** Hang up, or refuse what rings. */
  hangUp(): void {
    const session = this.session
    if (session && !session.isEnded()) session.terminate(session.isEstablished() ? {} : { status_code: 486 })
  }

  keys(tones: string): void {
    this.session?.sendDTMF(tones, { transportType: 'RFC2833' as never, duration: 160, interToneGap: 80 })
  }

  private registered(): void {
    this.events.link('registered')
    const session = this.session as (RTCSession & InDialog) | null
    // The switch still sends to the old connection what it has to say about this call: this moves it to the
    // new one. Without an offer, because the sound has not been cut.
    if (session?.isEstablished()) session.sendRequest('UPDATE', { extraHeaders: [`Contact: ${session.contact}`] })
  }

  /** Drop the connection as if it had broken; JsSIP makes the next one. */
  private readonly cut = (): void => {
    this.socket.disconnect()
    this.socket.ondisconnect(true)
  }

  private feelPulse(): void {
    if (!this.ua.isConnected()) return
    const deaf = window.setTimeout(this.cut, ALIVE_WITHIN_MS)
    const alive = () => window.clearTimeout(deaf)
    const ua = this.ua as UA & { sendOptions(target: string, body: null, options: object): void }
    ua.sendOptions(this.account.uri, null, { eventHandlers: { succeeded: alive, failed: alive } })
  }

  private invited({ session, request }: IncomingRTCSessionEvent): void {
    const auto = wantsAnswer((name) => request.getHeader(name))
    if (this.session && !this.session.isEnded()) {
      if (!auto) return session.terminate({ status_code: 486 })
      // The switch rings a device again only after its call here is no more than a memory.
      this.session.terminate()
    }
    this.session = session
    this.hear(session)
    this.events.ringing(session, auto)
  }

  private hear(session: RTCSession): void {
    const mine = (act: () => void) => () => {
      if (this.session === session) act()
    }
    const ended = (cause: string) =>
      mine(() => {
        this.session = null
        this.events.ended(LOST.has(cause) ? 'lost' : 'over')
      })()
    session.on('peerconnection', ({ peerconnection }) => this.events.connection(peerconnection))
    session.on('accepted', mine(() => this.events.talking()))
    session.on('ended', ({ cause }) => ended(cause))
    session.on('failed', ({ cause }) => ended(cause))
    let gathering = 0
    session.on('icecandidate', ({ ready }) => {
      // A STUN server that does not answer must not keep the caller waiting.
      gathering ||= window.setTimeout(ready, GATHER_MS)
    })
  }
}
