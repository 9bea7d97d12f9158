import { Labels } from '@weir/model'

import { ByteReader, type ByteWriter } from '../codec/bytes.ts'

const encoder = new TextEncoder()

/**
 * Labels as bytes: `count · (length · name · length · value)…`, lengths as varints, text as UTF-8. In
 * this form they go from thread to thread and into the dictionary, many series behind each other.
 */
export function writeLabels(labels: Labels, out: ByteWriter): void {
  const { flat } = labels
  out.varint(labels.size)
  for (const text of flat) writeText(text, out)
}

/** Nearly all names and values are short ASCII: a loop here is quicker than a call into Node. */
function writeText(text: string, out: ByteWriter): void {
  const { length } = text
  const start = out.length
  if (length < 0x80) {
    out.u8(length)
    out.reserve(length)
    const { bytes } = out
    let i = 0
    for (; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code >= 0x80) break
      bytes[start + 1 + i] = code
    }
    if (i === length) {
      out.length = start + 1 + length
      return
    }
    out.length = start
  }
  out.sized(encoder.encode(text))
}

/** Reads what {@link writeLabels} wrote. */
export function readLabels(input: ByteReader): Labels {
  const flat: string[] = []
  for (let left = input.varint() * 2; left > 0; left--) {
    flat.push(Buffer.from(input.sized()).toString('utf8'))
  }
  return Labels.fromFlat(flat)
}

/** Moves over the labels of one series. */
export function skipLabels(input: ByteReader): void {
  for (let left = input.varint() * 2; left > 0; left--) {
    const length = input.varint() // moves `at`, so it cannot be read in one expression with it
    input.at += length
  }
}

/** Labels as a person reads them, from their bytes; for messages. */
export function showLabels(bytes: Uint8Array): string {
  const input = new ByteReader(bytes)
  const texts: string[] = []
  for (let left = input.varint() * 2; left > 0; left--) {
    texts.push(Buffer.from(input.sized()).toString('utf8'))
  }
  const pairs = texts.flatMap((name, i) => (i % 2 === 0 ? [`${name}=${texts[i + 1]!}`] : []))
  return `{${pairs.join(', ')}}`.slice(0, 300)
}
