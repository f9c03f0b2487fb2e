import { onScopeDispose, readonly, ref, shallowRef } from 'vue'

import { whyNot } from '@/api/recordings'
import type { Recording } from '@/api/types'

import { behind, silences, type Stretch } from './silences'
import { useSides } from './use-sides'

/** How far an arrow key jumps, and how far with Shift. */
export const STEP_S = 5
export const SMALL_STEP_S = 1
export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3]

/** A–B; `b` is null until it is chosen. */
export interface Loop {
  a: number
  b: number | null
}

/** One recording's playback; everything that shows or moves the position shares it. */
export function usePlayer() {
  const audio = new Audio()
  // Nothing is fetched before somebody listens: every fetch is written to the audit trail.
  audio.preload = 'none'
  audio.preservesPitch = true
  const sides = useSides(audio)
  const time = ref(0)
  const playing = ref(false)
  /** Why it does not play; null: nothing is wrong. */
  const failure = shallowRef<unknown>(null)
  const rate = ref(1)
  const skipping = ref(false)
  const loop = shallowRef<Loop | null>(null)
  let quiet: Stretch[] = []
  let length = 0
  let frame = 0

  /** Where the sound is, and whether it should be somewhere else. */
  function look(): void {
    const at = audio.currentTime
    const { a, b } = loop.value ?? { a: 0, b: null }
    const ahead = skipping.value ? behind(quiet, at) : null
    if (b !== null && at >= b) seek(a)
    else if (ahead !== null && ahead > at) seek(ahead)
    else time.value = at
  }

  function follow(): void {
    look()
    frame = requestAnimationFrame(follow)
  }

  audio.addEventListener('play', () => {
    playing.value = true
    cancelAnimationFrame(frame)
    follow()
  })
  audio.addEventListener('pause', () => {
    playing.value = false
    cancelAnimationFrame(frame)
    time.value = audio.currentTime
  })
  // A page nobody sees is drawn no frames, and plays on.
  audio.addEventListener('timeupdate', () => playing.value && look())
  audio.addEventListener('seeked', () => (time.value = audio.currentTime))
  audio.addEventListener('error', () => void explain())

  async function explain(): Promise<void> {
    const source = audio.src
    playing.value = false
    const why = await whyNot(source)
    if (source === audio.src) failure.value = why
  }

  /** Take another recording; nothing is fetched yet. */
  function load(url: string, recording: Recording): void {
    length = recording.duration_s
    quiet = silences(recording.peaks)
    failure.value = null
    loop.value = null
    time.value = 0
    playing.value = false
    audio.src = url
    audio.playbackRate = rate.value
  }

  function seek(to: number): void {
    time.value = Math.min(Math.max(0, to), length)
    audio.currentTime = time.value
  }

  async function play(): Promise<void> {
    sides.wake()
    try {
      await audio.play()
    } catch {
      // A pause overtook the start, or the browser wants a click first; what is wrong with the sound itself
      // the element's own error event tells.
    }
  }

  async function toggle(): Promise<void> {
    if (!audio.paused) return audio.pause()
    await (failure.value === null ? play() : again())
  }

  /** Try once more from where it stands, as when a right or the archive has come back. */
  async function again(): Promise<void> {
    const at = time.value
    failure.value = null
    audio.load()
    seek(at)
    await play()
  }

  function setRate(to: number): void {
    rate.value = to
    audio.defaultPlaybackRate = to
    audio.playbackRate = to
  }

  /** One step slower (-1) or faster (1). */
  function shiftRate(by: number): void {
    const next = RATES[RATES.indexOf(rate.value) + by]
    if (next !== undefined) setRate(next)
  }

  /** Where the loop begins. */
  function loopFrom(at: number): void {
    const end = loop.value?.b ?? null
    loop.value = { a: at, b: end !== null && end > at ? end : null }
  }

  /** Where it ends; without a beginning it begins with the recording. */
  function loopTo(at: number): void {
    const begin = loop.value?.a ?? 0
    loop.value = at > begin ? { a: begin, b: at } : null
  }

  function clearLoop(): void {
    loop.value = null
  }

  onScopeDispose(() => {
    cancelAnimationFrame(frame)
    audio.pause()
    audio.removeAttribute('src')
  })

  return {
    audio,
    sides,
    time: readonly(time),
    playing: readonly(playing),
    failure: readonly(failure),
    rate: readonly(rate),
    skipping,
    loop: readonly(loop),
    load,
    seek,
    play,
    toggle,
    again,
    setRate,
    shiftRate,
    loopFrom,
    loopTo,
    clearLoop,
  }
}

export type Player = ReturnType<typeof usePlayer>
