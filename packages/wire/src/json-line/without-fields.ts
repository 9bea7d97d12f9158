import { JsonBytes } from '../otlp/json-bytes.ts'

const DEPTH_MAX = 1000

/**
 * A JSON object without some of its fields, all other bytes as they were; dots in a name lead into
 * objects. What cannot be read comes back as it is.
 */
export function withoutFields(line: Uint8Array, names: readonly string[]): Uint8Array {
  const input = new JsonBytes(line, DEPTH_MAX)
  const pieces: Uint8Array[] = []
  copy(input, line, names, pieces)
  if (input.why !== '') return line
  pieces.push(line.subarray(input.at))
  return Buffer.concat(pieces)
}

const OPEN = Buffer.from('{')
const CLOSE = Buffer.from('}')
const COMMA = Buffer.from(',')

function copy(
  input: JsonBytes,
  line: Uint8Array,
  names: readonly string[],
  pieces: Uint8Array[],
): void {
  if (!input.open('{')) return
  pieces.push(OPEN)
  let isFirst = true
  while (input.next('}')) {
    const from = input.at
    const name = input.text()
    input.expect(':')
    if (input.why !== '') return
    if (names.includes(name)) {
      input.skipValue()
      continue
    }
    if (!isFirst) pieces.push(COMMA)
    isFirst = false
    const inner = names.filter((other) => other.startsWith(`${name}.`))
    if (inner.length > 0 && input.isObject()) {
      pieces.push(line.subarray(from, input.at))
      copy(
        input,
        line,
        inner.map((other) => other.slice(name.length + 1)),
        pieces,
      )
    } else {
      input.skipValue()
      pieces.push(line.subarray(from, input.at))
    }
  }
  pieces.push(CLOSE)
}
