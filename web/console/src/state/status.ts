import { onScopeDispose, ref } from 'vue'

import { api } from '@/api'
import type { Transcription } from '@/api/types'

const EVERY_MS = 30_000

export const transcription = ref<Transcription | null>(null)

export async function refreshStatus(): Promise<void> {
  try {
    transcription.value = (await api.status()).transcription
  } catch {
    // The header keeps the last known state; the connection banner tells of a lost server.
  }
}

/** Keep `transcription` fresh while the calling component lives. */
export function useStatus(): void {
  void refreshStatus()
  const timer = window.setInterval(() => void refreshStatus(), EVERY_MS)
  onScopeDispose(() => window.clearInterval(timer))
}
