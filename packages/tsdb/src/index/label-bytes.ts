import type { Labels } from '@weir/model'

let scratch = Buffer.alloc(64 * 1024)

/**
 * Labels as bytes: `count · (length · name · length · value)…`, lengths as varints, text as UTF-8. In
 * this form they go from thread to thread and into the dictionary.
 */
export function labelBytes(labels: Labels): Uint8Array {
  const { flat } = labels
  let room = 16
  for (const text of flat) room += text.length * 3 + 5
  if (room > scratch.length) scratch = Buffer.alloc(room * 2)
  let at = varint(0, labels.size)
  for (const text of flat) {
    // The length goes before the text and is only known after it: one byte is nearly always enough.
    const length = scratch.write(text, at + 1)
    if (length >= 0x80) {
      const bytes = varintBytes(length)
      scratch.copyWithin(at + bytes, at + 1, at + 1 + length)
    }
    at = varint(at, length) + length
  }
  return new Uint8Array(scratch.subarray(0, at))
}

function varint(at: number, value: number): number {
  let rest = value
  while (rest >= 0x80) {
    scratch[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  scratch[at++] = rest
  return at
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 0x80; rest >>>= 7) bytes++
  return bytes
}

/** Labels as a person reads them, from their bytes; for messages. */
export function showLabelBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('utf8')
    .replaceAll(/[\0-\x1f\ufffd]+/g, ' ')
    .trim()
    .slice(0, 200)
}
