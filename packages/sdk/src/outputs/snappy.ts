/** A literal's length that fits into a tag of four bytes and is still a reasonable piece. */
const LITERAL_BYTES_MAX = 65_536

/**
 * Snappy's block format with nothing but literals: valid for every reader, and no smaller than what
 * went in. A remote-write body of a pipeline is a few kilobytes; a real packer would be most of the
 * code of this package.
 *
 * @see google/snappy:format_description.txt
 */
export function snappyLiterals(input: Uint8Array): Uint8Array {
  const pieces = Math.ceil(input.byteLength / LITERAL_BYTES_MAX)
  const output = new Uint8Array(input.byteLength + 5 + pieces * 3)
  let at = 0
  let rest = input.byteLength
  while (rest >= 0x80) {
    output[at++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  output[at++] = rest
  for (let from = 0; from < input.byteLength; from += LITERAL_BYTES_MAX) {
    const piece = input.subarray(from, from + LITERAL_BYTES_MAX)
    const lengthMinusOne = piece.byteLength - 1
    output[at++] = 61 << 2 // a literal whose length follows in two bytes
    output[at++] = lengthMinusOne & 0xff
    output[at++] = lengthMinusOne >> 8
    output.set(piece, at)
    at += piece.byteLength
  }
  return output.subarray(0, at)
}
