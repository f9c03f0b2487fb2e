import { computed, ref, shallowRef } from 'vue'

import { ApiError } from '@/api/client'
import { voice } from '@/api/voice'
import type { FlowCheck, FlowDetail } from '@/api/voice-types'

/** How long the keyboard rests (ms) before a text is checked. */
const REST_MS = 450

interface Kept {
  basedOn: number
  text: string
}

const place = (name: string) => `hotline.flow.${name}`

function kept(name: string): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(place(name)) ?? 'null') as Kept | null
  } catch {
    return null // not ours: start from what is published
  }
}

/** A flow being edited: its text, what is wrong with it, and the version it began from. */
export function useFlow(name: string, editable: () => boolean) {
  const flow = shallowRef<FlowDetail | null>(null)
  const failure = shallowRef<unknown>(null)
  const text = ref('')
  /** The version in force that the text was made from, and its text. */
  const basedOn = ref(0)
  const restored = ref(false)
  const found = shallowRef<FlowCheck>({ problems: [], graph: null })
  const checking = ref(false)
  const checkFailure = shallowRef<unknown>(null)
  let latest = 0
  let timer = 0

  const dirty = computed(() => flow.value !== null && text.value !== flow.value.text)

  async function check(): Promise<boolean> {
    window.clearTimeout(timer)
    const mine = ++latest
    checking.value = true
    try {
      const answer = await voice.checkFlow(name, text.value)
      if (mine !== latest) return false
      // While the text has problems, the last sound graph stays.
      found.value = { problems: answer.problems, graph: answer.graph ?? found.value.graph }
      checkFailure.value = null
      return answer.problems.length === 0
    } catch (error) {
      if (mine === latest) checkFailure.value = error
      return false
    } finally {
      if (mine === latest) checking.value = false
    }
  }

  function edit(changed: string): void {
    text.value = changed
    if (dirty.value) sessionStorage.setItem(place(name), JSON.stringify({ basedOn: basedOn.value, text: changed }))
    else sessionStorage.removeItem(place(name))
    checking.value = true
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void check(), REST_MS)
  }

  /** Forget the changes; the text is the one in force again. */
  function discard(): void {
    restored.value = false
    sessionStorage.removeItem(place(name))
    basedOn.value = flow.value?.version ?? 0
    text.value = flow.value?.text ?? ''
    void check()
  }

  async function load(): Promise<void> {
    try {
      flow.value = await voice.flow(name)
      failure.value = null
    } catch (error) {
      failure.value = error
      return
    }
    const mine = editable() ? kept(name) : null
    if (!mine) return discard()
    restored.value = mine.text !== flow.value.text
    basedOn.value = mine.basedOn
    text.value = mine.text
    void check()
  }

  /** Somebody else has published: compare with theirs from now on, and keep our text. */
  async function rebase(): Promise<void> {
    flow.value = await voice.flow(name)
    basedOn.value = flow.value.version
  }

  /** The number of the new version. Throws ApiError: 409 somebody was faster, 422 the text is not sound. */
  async function publish(note: string): Promise<number> {
    try {
      const { version } = await voice.publishFlow(name, text.value, note, basedOn.value)
      flow.value = await voice.flow(name)
      discard()
      return version
    } catch (error) {
      if (error instanceof ApiError && error.status === 422) void check()
      throw error
    }
  }

  return { flow, failure, text, found, checking, checkFailure, dirty, restored, basedOn, load, edit, check, discard, rebase, publish }
}
