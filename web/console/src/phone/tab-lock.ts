/** How long the other tab has to put its call aside before the phone is taken from it (ms). */
const POLITE_MS = 3_000

interface Owner {
  gained(): void
  /** Another tab wants it, or has already taken it. */
  lost(): Promise<void>
  /** It is in another tab. */
  elsewhere(): void
}

/** Exactly one tab of a browser holds it; when that one closes, the next one waiting gets it. */
export class TabLock {
  private readonly channel: BroadcastChannel
  private release: (() => void) | null = null
  private waiting: AbortController | null = null
  private closed = false

  constructor(
    private readonly name: string,
    private readonly owner: Owner,
  ) {
    this.channel = new BroadcastChannel(name)
    this.channel.onmessage = () => void this.giveUp()
  }

  async start(): Promise<void> {
    await navigator.locks.request(this.name, { ifAvailable: true }, (lock) => {
      if (lock) return this.hold()
      this.owner.elsewhere()
      this.queue()
      return undefined
    })
  }

  /** Ask the other tab for it; take it by force when that does not answer. */
  takeOver(): void {
    this.channel.postMessage('please')
    window.setTimeout(() => {
      if (this.release || this.closed) return
      this.waiting?.abort()
      void this.request({ steal: true })
    }, POLITE_MS)
  }

  close(): void {
    this.closed = true
    this.waiting?.abort()
    this.release?.()
    this.channel.close()
  }

  private queue(): void {
    this.waiting = new AbortController()
    void this.request({ signal: this.waiting.signal })
  }

  private async request(options: LockOptions): Promise<void> {
    try {
      await navigator.locks.request(this.name, options, () => this.hold())
    } catch {
      // Given up on purpose, or stolen: the latter while it was held.
      if (this.release) await this.lose()
    }
  }

  private async hold(): Promise<void> {
    if (this.closed) return
    this.owner.gained()
    await new Promise<void>((resolve) => (this.release = resolve))
  }

  private async giveUp(): Promise<void> {
    if (this.release) await this.lose()
  }

  private async lose(): Promise<void> {
    const release = this.release
    await this.owner.lost()
    this.release = null
    release?.()
    if (!this.closed) this.queue()
  }
}
