/**
 * Whether a name matches a pattern in which `*` stands for any characters, also none. Bounded by
 * name length × pattern length: on a mismatch only the last `*` takes one character more.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  let star = -1
  let taken = 0
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++
      taken = n
    } else if (p < pattern.length && pattern[p] === name[n]) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++taken
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
