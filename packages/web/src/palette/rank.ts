/** Something that the palette can take one to, or do. */
export interface PaletteItem {
  readonly id: string
  /** `Pages`, `Pipelines`, … */
  readonly group: string
  readonly title: string
  /** Told beside the title, and searched too. */
  readonly more: string
  readonly run: () => void
}

/** In longer texts any letters stand in some order. */
const LETTERS_MAX = 20

/**
 * How well a text fits a word: at its start best, then at the start of a word in it, then anywhere, then as
 * letters in that order. 0 when it does not.
 */
function fit(text: string, word: string): number {
  const at = text.indexOf(word)
  if (at === 0) return 8
  if (at > 0) return /[\s_/.:-]/.test(text[at - 1] ?? '') ? 6 : 4
  if (text.length > LETTERS_MAX || word.length < 3) return 0
  let from = 0
  for (const letter of word) {
    const next = text.indexOf(letter, from)
    if (next < 0) return 0
    from = next + 1
  }
  return 1
}

/** Items that fit every word, best first; as they were given where they fit alike. Without words: none is better. */
export function rankItems(items: readonly PaletteItem[], query: string): PaletteItem[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...items]
  const scored = items.flatMap((item) => {
    const title = item.title.toLowerCase()
    const more = `${item.group} ${item.more}`.toLowerCase()
    let score = 0
    for (const word of words) {
      const one = Math.max(2 * fit(title, word), fit(more, word) > 1 ? fit(more, word) : 0)
      if (one === 0) return []
      score += one
    }
    // Of two that fit alike the shorter one is more of what was typed.
    return [{ item, score: score - title.length / 1000 }]
  })
  return scored.toSorted((a, b) => b.score - a.score).map(({ item }) => item)
}
