import type { liveHelpZh } from './live-help-zh'

export const liveHelpEn: typeof liveHelpZh = {
  help: {
    title: 'Live help',
    testModel: 'Test model, for demonstration',
    caller: 'Caller',
    seat: 'Hotline',
    take: 'Use',
    takeTitle: 'Put this sentence into the description',
    categories: 'Suggested classes',
    articles: 'Articles',
    why: (words: string) => `Because of: ${words}`,
  },
}
