/**
 * Remote read as bytes, seen by who asks. An answer is made of the same series that a request of remote write
 * is made of, so it goes into Weir as one, cut where a series ends: stale markers, native histograms and every bit
 * of a value come along.
 *
 *     ReadResponse { 1: QueryResult { 1: TimeSeries … } … }      WriteRequest { 1: TimeSeries … }
 *
 * @see prometheus:prompb/remote.proto, prompb/types.proto
 */
import { type Matcher, WeirError } from '@weir/model'
import { ProtoWriter, SNAPPY_SLACK, packSnappy, snappyHead, unpackSnappy } from '@weir/wire'

/** Most that an answer may be, unpacked. */
const ANSWER_BYTES_MAX = 64 * 2 ** 20

const TYPES = { '=': 0, '!=': 1, '=~': 2, '!~': 3 } as const

/** A request for the samples within [startMs, endMs] of the series for which all matchers hold, packed. */
export function readRequest(
  matchers: readonly Matcher[],
  startMs: number,
  endMs: number,
): Uint8Array {
  const writer = new ProtoWriter()
  writer.message(1, (query) => {
    query.int(1, startMs).int(2, endMs)
    for (const { name, operator, value } of matchers) {
      query.message(3, (inner) => inner.int(1, TYPES[operator]).text(2, name).text(3, value))
    }
  })
  return packSnappy(writer.bytes)
}

/**
 * The answer's series as requests of remote write 1.0, each packed and of about `bytesMax` at most.
 *
 * @returns `'too much'` when the answer is longer than can be held, or one series longer than a request may be
 * @throws {WeirError} `SERVER_REFUSED` when it is no answer to a remote read
 */
export function writeRequestsOf(answer: Uint8Array, bytesMax: number): Uint8Array[] | 'too much' {
  const head = snappyHead(answer)
  if (head === undefined) throw noAnswer()
  if (head.textBytes > ANSWER_BYTES_MAX) return 'too much'
  const text = new Uint8Array(head.textBytes + SNAPPY_SLACK)
  if (!unpackSnappy(answer, head, text)) throw noAnswer()
  const requests: Uint8Array[] = []
  let from = -1
  let to = 0
  const end = (): void => {
    if (from >= 0) requests.push(packSnappy(text.subarray(from, to)))
    from = -1
  }
  for (const result of fields(text, 0, head.textBytes)) {
    for (const { tagAt, end: seriesEnd } of fields(text, result.at, result.end)) {
      if (seriesEnd - tagAt > bytesMax) return 'too much'
      if (from >= 0 && seriesEnd - from > bytesMax) end()
      if (from < 0) from = tagAt
      to = seriesEnd
    }
    end() // what follows is of another result, and does not lie behind it without a gap
  }
  return requests
}

interface Field {
  /** Where its tag stands, where its content begins, and where it ends. */
  readonly tagAt: number
  readonly at: number
  readonly end: number
}

/** The fields 1 of a message, which must have no others: all are messages themselves. */
function* fields(bytes: Uint8Array, from: number, to: number): Generator<Field> {
  for (let tagAt = from; tagAt < to;) {
    if (bytes[tagAt] !== ((1 << 3) | 2)) throw noAnswer()
    let length = 0
    let at = tagAt + 1
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 2 ** 35) throw noAnswer()
      length += (byte & 127) * shift
      if (byte < 128) break
    }
    const end = at + length
    if (end > to) throw noAnswer()
    yield { tagAt, at, end }
    tagAt = end
  }
}

function noAnswer(): WeirError {
  return new WeirError('SERVER_REFUSED', 'Cannot read the answer: it is none to a remote read')
}
