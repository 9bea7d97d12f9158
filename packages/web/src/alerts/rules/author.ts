const KEY = 'weir-author'

/** Who changes things in this browser: the name given last; '' when there is none. */
export function lastAuthor(): string {
  try {
    return localStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}

/** Keeps the name for next time, where the browser allows it. */
export function keepAuthor(name: string): void {
  try {
    localStorage.setItem(KEY, name.trim())
  } catch {
    // Storage is full or forbidden: the name is asked for again.
  }
}
