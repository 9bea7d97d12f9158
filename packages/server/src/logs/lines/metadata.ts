import { labelName } from './label-name.ts'

/**
 * What is said beside a line (`name, value, …`) as the flat JSON object that a batch wants; names are made
 * such as LogQL can write them, of two equal ones the first counts, empty values are left out.
 */
export function metadataText(pairs: readonly string[]): string {
  if (pairs.length === 0) return ''
  const parts: string[] = []
  const names = new Set<string>()
  for (let i = 0; i < pairs.length; i += 2) {
    const value = pairs[i + 1]!
    if (value === '') continue
    const name = labelName(pairs[i]!)
    if (name === '' || names.has(name)) continue
    names.add(name)
    const text = JSON.stringify(value)
    // Half of a character: only an escape in JSON can say it, and not every reader takes that.
    parts.push(`"${name}":${text.includes('\\ud') ? JSON.stringify(wellFormed(value)) : text}`)
  }
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}
