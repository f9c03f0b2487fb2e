import { onScopeDispose, readonly, ref } from 'vue'

/** How far an arrow key jumps. */
export const STEP_S = 5

/** One recording's playback; everything that shows or moves the position shares it. */
export function usePlayer() {
  const audio = new Audio()
  // Nothing is fetched before somebody listens: every fetch is written to the audit trail.
  audio.preload = 'none'
  const time = ref(0)
  const playing = ref(false)
  const failed = ref(false)
  const rate = ref(1)
  /** Goes up with each jump, also while no audio is loaded and no media event tells of it. */
  const jumps = ref(0)
  let length = 0
  let frame = 0

  function follow(): void {
    time.value = audio.currentTime
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
  audio.addEventListener('seeked', () => (time.value = audio.currentTime))
  audio.addEventListener('error', () => (failed.value = true))

  function load(url: string, seconds: number): void {
    length = seconds
    failed.value = false
    time.value = 0
    audio.src = url
  }

  function seek(to: number): void {
    time.value = Math.min(Math.max(0, to), length)
    audio.currentTime = time.value
    jumps.value++
  }

  async function toggle(): Promise<void> {
    if (!audio.paused) return audio.pause()
    try {
      await audio.play()
    } catch (error) {
      // A pause that overtakes the start is no failure.
      failed.value = !(error instanceof DOMException && error.name === 'AbortError')
    }
  }

  function setRate(to: number): void {
    rate.value = to
    audio.playbackRate = to
  }

  onScopeDispose(() => {
    cancelAnimationFrame(frame)
    audio.pause()
    audio.removeAttribute('src')
  })

  return {
    audio,
    time: readonly(time),
    playing: readonly(playing),
    failed: readonly(failed),
    rate: readonly(rate),
    jumps: readonly(jumps),
    load,
    seek,
    toggle,
    setRate,
  }
}

export type Player = ReturnType<typeof usePlayer>
