import { computed, onScopeDispose, reactive, ref, watch } from 'vue'

import type { Side } from '@/api/types'

export const SIDES: readonly Side[] = ['caller', 'hotline']

export interface Level {
  /** 1: as recorded; up to 2, for who speaks too low. */
  volume: number
  muted: boolean
}

interface Graph {
  context: AudioContext
  own: Record<Side, GainNode>
  /** The same side in the other ear. */
  other: Record<Side, GainNode>
}

/**
 * Volume of each side of `audio`, whose left channel is the caller's and right one the hotline's.
 *
 * The audio graph is built when something else than the recording as it is gets asked for, so that the first
 * sound waits for nothing.
 */
export function useSides(audio: HTMLAudioElement) {
  const levels = reactive<Record<Side, Level>>({
    caller: { volume: 1, muted: false },
    hotline: { volume: 1, muted: false },
  })
  /** Both sides in both ears. */
  const together = ref(false)
  const plain = computed(() => !together.value && SIDES.every((side) => levels[side].volume === 1 && !levels[side].muted))
  let graph: Graph | null = null

  function build(): Graph {
    const context = new AudioContext()
    const splitter = context.createChannelSplitter(2)
    const merger = context.createChannelMerger(2)
    context.createMediaElementSource(audio).connect(splitter)
    merger.connect(context.destination)
    const gain = (from: number, to: number) => {
      const node = context.createGain()
      splitter.connect(node, from)
      node.connect(merger, 0, to)
      return node
    }
    return {
      context,
      own: { caller: gain(0, 0), hotline: gain(1, 1) },
      other: { caller: gain(0, 1), hotline: gain(1, 0) },
    }
  }

  function apply(): void {
    if (!graph && plain.value) return
    graph ??= build()
    for (const side of SIDES) {
      const loud = levels[side].muted ? 0 : levels[side].volume
      graph.own[side].gain.value = loud
      graph.other[side].gain.value = together.value ? loud : 0
    }
    wake()
  }

  /** A browser lets nothing sound before a person has touched the page. */
  function wake(): void {
    if (graph?.context.state === 'suspended') void graph.context.resume()
  }

  const mute = (side: Side) => (levels[side].muted = !levels[side].muted)

  watch([levels, together], apply)
  onScopeDispose(() => void graph?.context.close())
  return { levels, together, mute, wake }
}

export type Sides = ReturnType<typeof useSides>
