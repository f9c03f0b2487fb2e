import { computed, ref, watch } from 'vue'

import { capture, type RecordingPause } from '@/api/capture'
import { useServerNow } from '@/state/server-clock'

/** Whether the recording of one's call is paused, told anew for every call and when it is due to go on. */
export function useRecordingPause(callId: () => string | null) {
  const now = useServerNow()
  const state = ref<RecordingPause>({ paused: false, until: null })
  const left = computed(() => {
    const until = state.value.until
    return until === null ? 0 : Math.max(0, Math.ceil((Date.parse(until) - now.value) / 1000))
  })

  async function look(): Promise<void> {
    const asked = callId()
    if (asked === null) return
    try {
      const said = await capture.pauseState()
      if (asked === callId()) state.value = said
    } catch {
      // The switch is away, or the call has just ended: what is shown stays until the next look.
    }
  }

  async function pause(paused: boolean): Promise<void> {
    state.value = await capture.pause(paused)
  }

  watch(
    callId,
    (id) => {
      state.value = { paused: false, until: null }
      if (id !== null) void look()
    },
    { immediate: true },
  )
  // Looked at each second from then on, until the server says that it goes on.
  watch([left, now], () => {
    if (state.value.paused && left.value === 0) void look()
  })
  return { state, left, pause }
}
