/** Names that were made fit lately; senders use few. */
const KNOWN = new Map<string, string>()
const KNOWN_MAX = 5000
const KNOWN_LENGTH_MAX = 100

/** A name as LogQL can write it: what a label's name may not hold becomes `_`, a digit in front gets one before it. */
export function labelName(name: string): string {
  const known = KNOWN.get(name)
  if (known !== undefined) return known
  const fit = name.replaceAll(/[^a-zA-Z0-9_]/g, '_')
  const made = /^[0-9]/.test(fit) ? `_${fit}` : fit
  if (name.length > KNOWN_LENGTH_MAX) return made
  if (KNOWN.size >= KNOWN_MAX) KNOWN.clear()
  KNOWN.set(name, made)
  return made
}
