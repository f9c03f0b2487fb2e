import { request } from './client'
import type { Side } from './types'

/** What the recogniser heard of a sentence of one side; `final` once it has ended. */
export interface HelpSentence {
  call_id: string
  side: Side
  n: number
  text: string
  final: boolean
  start_s: number
  end_s: number
  keywords: { start: number; end: number; word: string }[]
  /** With a caller's finished sentence: what all of the report so far suggests. */
  categories?: SuggestedClass[] | null
  articles?: SuggestedArticle[] | null
}

export interface SuggestedClass {
  kind: string
  code: string
  name: string
  /** The words of the report it came by. */
  why: string[]
}

export interface SuggestedArticle {
  id: number
  title: string
  excerpt: string
}

/** Live help at work (实时辅助); off: nothing of it is shown. */
export interface LiveHelpState {
  on: boolean
  streams: number
  limit: number
  model: string
  is_test_model: boolean
}

export const liveHelp = {
  state: () => request<LiveHelpState>('GET', '/live-help'),
  sentences: (callId: string) => request<{ items: HelpSentence[] }>('GET', `/live-help/${encodeURIComponent(callId)}`),
}
