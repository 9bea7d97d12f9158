const KEY = 'weir-query-history'
const LENGTH_MAX = 50

/** The list with a query put first; said twice, it stays once. */
export function remembered(history: readonly string[], expr: string): string[] {
  const text = expr.trim()
  if (text === '') return [...history]
  return [text, ...history.filter((old) => old !== text)].slice(0, LENGTH_MAX)
}

/** Reads the browser's list; an unreadable one is as good as none. */
export function readHistory(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter((each) => typeof each === 'string') : []
  } catch {
    return []
  }
}

/** Keeps a query for next time, where the browser allows it. */
export function remember(expr: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(remembered(readHistory(), expr)))
  } catch {
    // Storage is full or forbidden: history is a comfort, not a duty.
  }
}
