/** At most `max` characters, the last one `…` when something is missing. Looks at no more than it keeps. */
export function cutTo(text: string, max: number): string {
  if (text.length <= max) return text
  let at = 0
  let kept = 0
  for (let count = 0; count < max && at < text.length; count++) {
    kept = at
    at += text.codePointAt(at)! > 0xffff ? 2 : 1
  }
  return at >= text.length ? text : `${text.slice(0, kept)}…`
}

/** At most `max` bytes of UTF-8, the last character `…` when something is missing. */
export function cutToBytes(text: string, max: number): string {
  if (text.length * 3 <= max || Buffer.byteLength(text) <= max) return text
  let bytes = ELLIPSIS_BYTES
  let at = 0
  for (;;) {
    const code = text.codePointAt(at)!
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
    if (bytes > max) return `${text.slice(0, at)}…`
    at += code > 0xffff ? 2 : 1
  }
}

const ELLIPSIS_BYTES = 3
