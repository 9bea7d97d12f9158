/** At most `max` characters, the last one `…` when something is missing. */
export function cutTo(text: string, max: number): string {
  const chars = Array.from(text)
  return chars.length <= max ? text : `${chars.slice(0, max - 1).join('')}…`
}
