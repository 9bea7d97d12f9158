/** A text from elsewhere as it may stand on a terminal: whatever could move the cursor or change colours is spelled out. */
export function plain(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (odd) => `\\u{${odd.codePointAt(0)!.toString(16)}}`,
  )
}
