/** The fresh list, with those entries that say nothing new replaced by the known ones: their rows are not drawn again. */
export function reuse<T extends object>(known: readonly T[], fresh: readonly T[], key: (one: T) => string): T[] {
  const byKey = new Map(known.map((one) => [key(one), one]))
  return fresh.map((one) => {
    const held = byKey.get(key(one))
    return held && JSON.stringify(held) === JSON.stringify(one) ? held : one
  })
}
