/** A text as a regular expression that matches it and nothing else. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** The one text that a regular expression matches; undefined when there are several. */
export function literalOf(regex: string): string | undefined {
  const values = alternativesOf(regex)
  return values?.length === 1 ? values[0] : undefined
}

/** The texts of `a|b\.c`; undefined when it says more than that. */
export function alternativesOf(regex: string): string[] | undefined {
  const values = ['']
  for (let i = 0; i < regex.length; i++) {
    const char = regex[i]!
    if (char === '|') {
      values.push('')
    } else if (char === '\\') {
      const next = regex[++i]
      if (next === undefined || /[a-zA-Z0-9]/.test(next)) return undefined
      values[values.length - 1] += next
    } else if (/[\^$.*+?()[\]{}]/.test(char)) {
      return undefined
    } else {
      values[values.length - 1] += char
    }
  }
  return values
}

/** A regular expression that matches these texts and no other. */
export function alternation(values: readonly string[]): string {
  return values.map(escapeRegex).join('|')
}
