export interface Piece {
  text: string
  marked: boolean
}

/** A text cut at its keywords; overlapping ones become one. */
export function pieces(text: string, keywords: readonly { start: number; end: number }[]): Piece[] {
  const cut: Piece[] = []
  let at = 0
  for (const { start, end } of keywords) {
    if (end <= at) continue
    const from = Math.max(start, at)
    if (from > at) cut.push({ text: text.slice(at, from), marked: false })
    cut.push({ text: text.slice(from, end), marked: true })
    at = end
  }
  if (at < text.length) cut.push({ text: text.slice(at), marked: false })
  return cut
}
