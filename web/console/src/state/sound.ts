import { ref } from 'vue'

/** Address of the sound being played; empty in silence. */
export const listening = ref('')
/** Address of the sound that could not be played last. */
export const silent = ref('')

let player: HTMLAudioElement | null = null

/** Stop whatever plays. */
export function hush(): void {
  player?.pause()
  player = null
  listening.value = ''
}

/** Play a sound, or stop it when it is the one that plays: never two at once. */
export function listen(url: string): void {
  const again = listening.value === url
  hush()
  if (again) return
  const mine = new Audio(url)
  player = mine
  listening.value = url
  silent.value = ''
  mine.onended = () => {
    if (player === mine) hush()
  }
  mine.play().catch(() => {
    if (player !== mine) return
    hush()
    silent.value = url
  })
}
