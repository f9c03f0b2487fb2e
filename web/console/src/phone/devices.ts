import { reactive, ref, watch } from 'vue'

export interface Choices {
  microphone: string
  speaker: string
  /** Where it rings: best a loudspeaker while the headset is off the head. */
  bell: string
}

const KEY = 'hotline.devices'

function saved(): Choices {
  const none: Choices = { microphone: '', speaker: '', bell: '' }
  try {
    return { ...none, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Choices>) }
  } catch {
    return none
  }
}

/** Devices chosen at this workplace, by id; empty: what the system uses. */
export const chosen = reactive<Choices>(saved())
export const microphones = ref<MediaDeviceInfo[]>([])
export const speakers = ref<MediaDeviceInfo[]>([])

watch(chosen, () => localStorage.setItem(KEY, JSON.stringify(chosen)))

/** Look what is plugged in; names are there once the microphone was allowed. */
export async function findDevices(): Promise<void> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? []
  // The list repeats the system's choice under names of its own.
  const real = all.filter((one) => one.deviceId && !['default', 'communications'].includes(one.deviceId))
  microphones.value = real.filter((one) => one.kind === 'audioinput')
  speakers.value = real.filter((one) => one.kind === 'audiooutput')
}

navigator.mediaDevices?.addEventListener('devicechange', () => void findDevices())

/** Send an element's sound to an output; a device that is gone falls back to the usual one. */
export async function playOn(element: HTMLAudioElement, deviceId: string): Promise<void> {
  if (!('setSinkId' in element)) return
  await element.setSinkId(deviceId).catch(() => element.setSinkId('').catch(() => undefined))
}
