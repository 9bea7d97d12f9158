/** Stars in one pattern; a comparison looks once for what stands between two of them. */
export const STARS_MAX = 16

/**
 * Whether a name is as a pattern says: `*` stands for any characters, also none; everything else for itself.
 * Takes time in proportion to the length of the name.
 */
export function matches(pattern: string, name: string): boolean {
  const pieces = pattern.split('*')
  const first = pieces[0]!
  if (pieces.length === 1) return name === pattern
  const last = pieces.at(-1)!
  if (name.length < first.length + last.length) return false
  if (!name.startsWith(first) || !name.endsWith(last)) return false
  const end = name.length - last.length
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    // The first place is the best one: it leaves most for those that follow.
    const found = name.indexOf(piece, at)
    if (found < 0 || found + piece.length > end) return false
    at = found + piece.length
  }
  return true
}
