import { computed, ref, watch, type Ref } from 'vue'

import type { HelpSentence, LiveHelpState, SuggestedArticle, SuggestedClass } from '@/api/live-help'
import { liveHelp } from '@/api/live-help'
import { useLive } from '@/state/live'

/** What both sides of a call say, as it comes; empty while live help is off or away. */
export function useLiveHelp(callId: Ref<string | null>) {
  const state = ref<LiveHelpState | null>(null)
  const heard = ref(new Map<string, HelpSentence>())
  const categories = ref<SuggestedClass[]>([])
  const articles = ref<SuggestedArticle[]>([])

  const sentences = computed(() => [...heard.value.values()].sort((a, b) => a.start_s - b.start_s))

  function take(sentence: HelpSentence): void {
    const key = `${sentence.side}:${sentence.n}`
    const known = heard.value.get(key)
    // A beginning that comes late must not hide the whole.
    if (known?.final && !sentence.final) return
    heard.value.set(key, sentence)
    if (sentence.categories) categories.value = sentence.categories
    if (sentence.articles) articles.value = sentence.articles
  }

  async function reload(): Promise<void> {
    const call = callId.value
    try {
      state.value = await liveHelp.state()
      const said = call && state.value.on ? (await liveHelp.sentences(call)).items : []
      if (call === callId.value) said.forEach(take)
    } catch {
      // Help that is away is nothing to be told of in the middle of a call.
    }
  }

  watch(
    callId,
    () => {
      heard.value = new Map()
      categories.value = []
      articles.value = []
      void reload()
    },
    { immediate: true },
  )

  useLive(
    (message) => {
      if (message.type === 'help' && message.call_id === callId.value) take(message)
    },
    () => void reload(),
  )

  return { state, sentences, categories, articles }
}
