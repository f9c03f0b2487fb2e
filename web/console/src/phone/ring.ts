type Sinkable = { setSinkId?: (id: string) => Promise<void> }

let context: AudioContext | null = null
let timer = 0

/** The one audio context of the page: rings and meters. */
export function audioContext(): AudioContext {
  context ??= new AudioContext()
  return context
}

/** A browser lets no page sound before its reader has touched it once. */
function wake(): void {
  void audioContext().resume()
}
window.addEventListener('pointerdown', wake)
window.addEventListener('keydown', wake)

/** Two soft tones, 0.4 s each. */
function chime(sound: AudioContext): void {
  for (const [at, hertz] of [
    [0, 880],
    [0.45, 660],
  ] as const) {
    const tone = sound.createOscillator()
    const loudness = sound.createGain()
    const start = sound.currentTime + at
    tone.frequency.value = hertz
    loudness.gain.setValueAtTime(0, start)
    loudness.gain.linearRampToValueAtTime(0.25, start + 0.03)
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.4)
    tone.connect(loudness).connect(sound.destination)
    tone.start(start)
    tone.stop(start + 0.42)
  }
}

/** Ring in the output `deviceId` (empty: the usual one) until `stopRinging`. */
export async function startRinging(deviceId: string): Promise<void> {
  stopRinging()
  const sound = audioContext()
  timer = window.setInterval(() => chime(sound), 1600)
  void sound.resume()
  await (sound as Sinkable).setSinkId?.(deviceId).catch(() => undefined)
  if (timer) chime(sound)
}

export function stopRinging(): void {
  window.clearInterval(timer)
  timer = 0
}

/** One chime, to try the ringing device. */
export async function ringOnce(deviceId: string): Promise<void> {
  await startRinging(deviceId)
  stopRinging()
}
