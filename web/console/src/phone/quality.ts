/** good, fair and poor as heard; silent: nothing arrives; unknown: no call. */
export type QualityLevel = 'good' | 'fair' | 'poor' | 'silent' | 'unknown'

export interface Quality {
  level: QualityLevel
  /** Packets that did not arrive since the last look, 0…1. */
  loss: number
  jitter_ms: number
  rtt_ms: number | null
}

export const NO_QUALITY: Quality = { level: 'unknown', loss: 0, jitter_ms: 0, rtt_ms: null }

interface Counts {
  received: number
  lost: number
}

/** Limits of what people notice in speech (ITU-T G.107 and G.114, rounded). */
function levelOf(loss: number, jitter: number, rtt: number): QualityLevel {
  if (loss > 0.05 || jitter > 60 || rtt > 500) return 'poor'
  return loss > 0.01 || jitter > 30 || rtt > 250 ? 'fair' : 'good'
}

/** Judges a connection by its RTP statistics; ask it every second or two. */
export class QualityWatch {
  private before: Counts | null = null

  constructor(private readonly peer: RTCPeerConnection) {}

  async look(): Promise<Quality> {
    let now: Counts = { received: 0, lost: 0 }
    let jitter = 0
    let rtt: number | null = null
    for (const row of (await this.peer.getStats()).values()) {
      if (row.type === 'inbound-rtp' && row.kind === 'audio') {
        now = { received: row.packetsReceived ?? 0, lost: row.packetsLost ?? 0 }
        jitter = (row.jitter ?? 0) * 1000
      } else if (row.type === 'remote-inbound-rtp' && row.roundTripTime !== undefined) {
        rtt = row.roundTripTime * 1000
      } else if (row.type === 'candidate-pair' && row.nominated && row.currentRoundTripTime !== undefined) {
        rtt ??= row.currentRoundTripTime * 1000
      }
    }
    return this.judge(now, jitter, rtt)
  }

  private judge(now: Counts, jitter_ms: number, rtt_ms: number | null): Quality {
    const before = this.before
    this.before = now
    if (!before) return { ...NO_QUALITY, jitter_ms, rtt_ms }
    const came = now.received - before.received
    const lost = Math.max(0, now.lost - before.lost)
    if (came <= 0) return { level: 'silent', loss: 0, jitter_ms, rtt_ms }
    const loss = lost / (came + lost)
    return { level: levelOf(loss, jitter_ms, rtt_ms ?? 0), loss, jitter_ms, rtt_ms }
  }
}
