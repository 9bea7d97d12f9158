import type { LineReader } from './line-reader.ts'

const LINE_FEED = 0x0a
const OPEN = 0x7b
const OPEN_LIST = 0x5b
const COMMA = 0x2c
const CLOSE_LIST = 0x5d

/**
 * Lines of JSON objects, `bytes[0, length)`: one a line, several behind each other, or all in one list,
 * as Fluent Bit and fluentd send them. What is no object is kept as a line of text.
 */
export function readNdjson(reader: LineReader, bytes: Uint8Array, length: number): undefined {
  const first = skipBlanks(bytes, 0, length)
  if (bytes[first] === OPEN_LIST && readList(reader, bytes, first + 1, length)) return
  let at = 0
  while (at < length) {
    const feed = bytes.indexOf(LINE_FEED, at)
    const end = feed < 0 || feed > length ? length : feed
    readLine(reader, bytes, at, end)
    at = end + 1
  }
}

function readLine(reader: LineReader, bytes: Uint8Array, begin: number, end: number): void {
  let at = skipBlanks(bytes, begin, end)
  let to = end
  while (to > at && isBlank(bytes[to - 1]!)) to--
  while (at < to) {
    const objectEnd = bytes[at] === OPEN ? reader.objectEnd(bytes, at, to) : -1
    const next = objectEnd < 0 ? to : skipBlanks(bytes, objectEnd, to)
    // Objects behind each other are several; words behind an object make it a text.
    if (objectEnd < 0 || (next < to && bytes[next] !== OPEN)) {
      reader.mended.text++
      reader.addText(bytes, at, to)
      return
    }
    reader.addObject(bytes, at, objectEnd)
    at = next
  }
}

/** Whether the list is whole; what was added of one that is not is forgotten. */
function readList(reader: LineReader, bytes: Uint8Array, begin: number, end: number): boolean {
  const found = listedObjects(reader, bytes, begin, end)
  if (found === undefined) return false
  for (let i = 0; i < found.length; i += 2) {
    reader.objectEnd(bytes, found[i]!, found[i + 1]!)
    reader.addObject(bytes, found[i]!, found[i + 1]!)
  }
  return true
}

/** Where the objects of a list begin and end; undefined when it is no list of objects. */
function listedObjects(
  reader: LineReader,
  bytes: Uint8Array,
  begin: number,
  end: number,
): number[] | undefined {
  const places: number[] = []
  let at = skipBlanks(bytes, begin, end)
  if (bytes[at] === CLOSE_LIST && at < end)
    return skipBlanks(bytes, at + 1, end) === end ? places : undefined
  for (;;) {
    const objectEnd = reader.objectEnd(bytes, at, end)
    if (objectEnd < 0) return undefined
    places.push(at, objectEnd)
    at = skipBlanks(bytes, objectEnd, end)
    if (at >= end) return undefined
    if (bytes[at] === CLOSE_LIST) return skipBlanks(bytes, at + 1, end) === end ? places : undefined
    if (bytes[at] !== COMMA) return undefined
    at = skipBlanks(bytes, at + 1, end)
  }
}

function skipBlanks(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && isBlank(bytes[at]!)) at++
  return at
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === LINE_FEED || byte === 0x0d || byte === 0x09
}
