/** Words as they are typed, separated by anything that is no part of a word; each once. */
export function wordsIn(text: string): string[] {
  return [...new Set(text.split(/[\s,，、;；]+/u).filter((one) => one))]
}
