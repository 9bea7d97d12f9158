/**
 * Text from others for a terminal: whatever would move the cursor, colour, ring, or turn the direction of
 * reading is spelled out (`\x1b[31m`, `\u202e`) instead of done. Tabs stay.
 */
export function inert(text: string): string {
  return text.replaceAll(ACTIVE, (found) => {
    const code = found.codePointAt(0)!
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

// Controls of ASCII and Latin-1, marks and overrides of direction, and separators of lines that some terminals obey.
// oxlint-disable-next-line no-control-regex -- these are what it looks for
const ACTIVE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
