/** A name as a label may have it: what else there is becomes `_`. */
export function sanitized(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/gu, '_')
}
