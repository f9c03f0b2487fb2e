/** What keeps this browser from speaking: no permission, no device, or a page not opened over https. */
export type MicrophoneFault = 'insecure' | 'denied' | 'missing' | 'busy'

export class MicrophoneError extends Error {
  constructor(readonly fault: MicrophoneFault) {
    super(fault)
  }
}

function faultOf(error: unknown): MicrophoneFault {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy'
}

/**
 * Open the microphone `deviceId`, or any when that one is unplugged.
 *
 * Throws MicrophoneError.
 */
export async function openMicrophone(deviceId: string): Promise<MediaStream> {
  // Browsers hide devices from pages that came over plain http from another machine.
  if (!navigator.mediaDevices) throw new MicrophoneError('insecure')
  const clean = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
  try {
    if (deviceId) return await navigator.mediaDevices.getUserMedia({ audio: { ...clean, deviceId: { exact: deviceId } } })
  } catch (error) {
    if (faultOf(error) !== 'missing') throw new MicrophoneError(faultOf(error))
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: clean })
  } catch (error) {
    throw new MicrophoneError(faultOf(error))
  }
}

export function closeMicrophone(stream: MediaStream | null): void {
  stream?.getTracks().forEach((track) => track.stop())
}
