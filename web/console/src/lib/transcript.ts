import type { Side, Transcript, Word } from '@/api/types'

/** Words of one side without a long pause between them. */
export interface Utterance {
  side: Side
  start: number
  end: number
  words: Word[]
}

/** A pause this long (seconds) starts a new utterance. */
const PAUSE_S = 0.8

/** For each side the transcript to show: a real model's, where there is one. */
export function preferred(transcripts: Transcript[]): Transcript[] {
  const best = new Map<Side, Transcript>()
  for (const transcript of transcripts) {
    const held = best.get(transcript.side)
    if (!held || (held.is_test_model && !transcript.is_test_model)) best.set(transcript.side, transcript)
  }
  return [...best.values()]
}

function split(transcript: Transcript): Utterance[] {
  const found: Utterance[] = []
  for (const word of transcript.words) {
    const last = found.at(-1)
    if (last && word.start - last.end < PAUSE_S) {
      last.words.push(word)
      last.end = word.end
    } else {
      found.push({ side: transcript.side, start: word.start, end: word.end, words: [word] })
    }
  }
  return found
}

/** What both sides said, in the order it was said. */
export function interleave(transcripts: Transcript[]): Utterance[] {
  return preferred(transcripts)
    .flatMap(split)
    .sort((a, b) => a.start - b.start)
}
