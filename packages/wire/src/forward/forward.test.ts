import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MsgpackValue, encodeMsgpack } from '../msgpack/encode.ts'
import { MsgpackFrame } from '../msgpack/frames.ts'
import { MsgpackJson } from '../msgpack/json-text.ts'
import { MsgpackReader } from '../msgpack/reader.ts'
import { ForwardEntries } from './entries.ts'
import { JsonFrame, forwardOfJson } from './json-frames.ts'
import { readForward } from './message.ts'

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex')
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** What a message comes to, for people to read. */
function told(bytes: Uint8Array): unknown {
  const message = readForward(bytes)
  if (message.kind !== 'entries') return message
  const { tag, chunk, compressed } = message
  const { lines, skipped } = linesOf(message.entries, message.isBare)
  return {
    tag,
    lines,
    ...(skipped > 0 ? { skipped } : {}),
    ...(chunk === undefined ? {} : { chunk: text(chunk) }),
    ...(compressed === '' ? {} : { compressed }),
  }
}

function linesOf(bytes: Uint8Array, isBare = false): { lines: string[]; skipped: number } {
  const entries = new ForwardEntries(bytes, isBare)
  const json = new MsgpackJson()
  const lines: string[] = []
  while (entries.next()) {
    const metadata = entries.metadata()
    const beside = metadata === undefined ? '' : ` ${text(json.text(metadata))}`
    lines.push(`${entries.timeNs ?? 'now'}${beside} ${text(json.text(entries.record))}`)
  }
  return { lines, skipped: entries.skipped }
}

const TAG = 'a56170702e78'
const TIME = 'd7006553f100075bcd15'
const RECORD = '81a36d7367a26869'
const ENTRY = `92${TIME}${RECORD}`
const OPTION = '82a473697a6502a56368756e6ba459574a6a'
const LINE = '1700000000123456789 {"msg":"hi"}'

describe('a message', () => {
  const one = { tag: 'app.x', lines: [LINE] }
  const two = { tag: 'app.x', lines: [LINE, LINE], chunk: 'YWJj' }
  test.each<[string, string, unknown]>([
    ['Message', `93${TAG}${TIME}${RECORD}`, one],
    ['Message, nil for an option', `94${TAG}${TIME}${RECORD}c0`, one],
    ['Message with a chunk', `94${TAG}${TIME}${RECORD}${OPTION}`, { ...one, chunk: 'YWJj' }],
    ['Forward', `92${TAG}91${ENTRY}`, one],
    ['Forward with a chunk', `93${TAG}92${ENTRY}${ENTRY}${OPTION}`, two],
    ['PackedForward as bin', `93${TAG}c426${ENTRY}${ENTRY}${OPTION}`, two],
    ['PackedForward as str', `93${TAG}d926${ENTRY}${ENTRY}${OPTION}`, two],
    [
      'metadata beside the record',
      `92${TAG}9192 92${TIME}80 ${RECORD}`,
      {
        ...one,
        lines: ['1700000000123456789 {} {"msg":"hi"}'],
      },
    ],
    ['time as ext 8', `92${TAG}9192c708006553f100075bcd15${RECORD}`, one],
    [
      'time in seconds',
      `92${TAG}9192ce6553f100${RECORD}`,
      {
        ...one,
        lines: ['1700000000000000000 {"msg":"hi"}'],
      },
    ],
    [
      'time as a double',
      `92${TAG}9192cb41d954fc4007e6b7${RECORD}`,
      {
        ...one,
        lines: ['1700000000123457000 {"msg":"hi"}'],
      },
    ],
    ['no time', `92${TAG}9192c0${RECORD}`, { ...one, lines: ['now {"msg":"hi"}'] }],
    ['time 0', `93${TAG}00${RECORD}`, { ...one, lines: ['now {"msg":"hi"}'] }],
    [
      'a time past all times',
      `93${TAG}cfffffffffffffffff${RECORD}`,
      {
        ...one,
        lines: ['now {"msg":"hi"}'],
      },
    ],
    ['entries that are none', `92${TAG}94 90 9201c3 ${ENTRY} 05`, { ...one, skipped: 3 }],
    ['packed entries that are cut', `92${TAG}c415${ENTRY}9201`, { ...one, skipped: 1 }],
    [
      'compressed',
      '93a161c400 81aa636f6d70726573736564a4677a6970',
      {
        tag: 'a',
        lines: [],
        compressed: 'gzip',
      },
    ],
    ['compressed: text', '93a161c400 81aa636f6d70726573736564a474657874', { tag: 'a', lines: [] }],
    ['heartbeat', 'c0', { kind: 'heartbeat' }],
    ['no array', '05', { kind: 'refused', why: 'malformed' }],
    ['no tag', '9305c080', { kind: 'refused', why: 'malformed' }],
    ['a time and no record', '92a16105', { kind: 'refused', why: 'malformed' }],
    ['cut', '93a161', { kind: 'refused', why: 'malformed' }],
    ['too many items', '95a16190c0c0c0', { kind: 'refused', why: 'malformed' }],
  ])('%s', (_, bytes, want) => expect(told(hex(bytes))).toEqual(want))

  test('metrics of Fluent Bit are refused, and what wants to be acknowledged is told', () => {
    const bytes = encodeMsgpack(['a', Buffer.from(''), { chunk: 'x\n', fluent_signal: 1 }])
    expect(told(bytes)).toEqual({ kind: 'refused', why: 'not_logs', chunk: hex('780a') })
  })

  test('JSON means the same', () => {
    const bytes = forwardOfJson('["app.x",[[1700000000,{"msg":"hi"}]],{"chunk":"c"}]')!
    expect(told(bytes)).toEqual({
      tag: 'app.x',
      lines: ['1700000000000000000 {"msg":"hi"}'],
      chunk: 'c',
    })
    expect(forwardOfJson('{"a"')).toBeUndefined()
    expect(forwardOfJson(`[${'['.repeat(100_000)}${']'.repeat(100_000)}]`)).toBeUndefined()
  })
})

describe('a record as JSON', () => {
  const jsonOf = (bytes: Uint8Array): string =>
    text(new MsgpackJson().text(new MsgpackReader(bytes)))

  test.each([
    ['cf ffffffffffffffff', '18446744073709551615'],
    ['d3 8000000000000000', '-9223372036854775808'],
    ['e0', '-32'],
    ['d0 80', '-128'],
    ['d1 8000', '-32768'],
    ['d2 80000000', '-2147483648'],
    ['cd ffff', '65535'],
    ['ca 3fc00000', '1.5'],
    ['cb 7ff8000000000000', 'null'],
    ['a4 61 22 5c 0a', String.raw`"a\"\\\n"`],
    ['a2 1b 5b', String.raw`"\u001b["`],
    ['a2 ff 61', '"\uFFFDa"'],
    ['c4 02 c3 a4', '"ä"'],
    ['d4 05 2a', '"2a"'],
    ['82 01 02 90 03', '{"1":2}'], // a key that is a list
    ['82 90 03 01 02', '{"1":2}'],
    ['81 c3 c0', '{"true":null}'],
    ['c1', 'null'],
  ])('%s is %s', (bytes, want) => expect(jsonOf(hex(bytes))).toBe(want))

  test('is what JSON.stringify makes of the same value', () => {
    const json = fc.jsonValue({ maxDepth: 6 })
    fc.assert(
      fc.property(json, (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as MsgpackValue // -0 is 0 in JSON
        const written = jsonOf(encodeMsgpack(plain))
        expect(JSON.parse(written)).toEqual(plain)
        expect(written).toBe(JSON.stringify(plain))
      }),
    )
  })

  test('nothing is nested deeper than it may', () => {
    const deep = Buffer.concat([Buffer.alloc(100_000, 0x91), hex('01')])
    expect(jsonOf(deep)).toBe(`${'['.repeat(64)}null${']'.repeat(64)}`)
  })
})

describe('frames', () => {
  test('values are found in whatever pieces they come', () => {
    const values = fc.array(fc.jsonValue({ maxDepth: 4 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(values, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (sent, sizes) => {
        const encoded = sent.map((value) => encodeMsgpack(value as MsgpackValue))
        const stream = Buffer.concat(encoded)
        const frame = new MsgpackFrame(1e6)
        const found: string[] = []
        let from = 0
        for (let to = 0; to < stream.length;) {
          to = Math.min(stream.length, to + sizes.next().value!)
          for (;;) {
            const look = frame.look(stream.subarray(from, to))
            if (look.kind !== 'whole') break
            found.push(stream.subarray(from, from + look.end).toString('hex'))
            from += look.end
            if (from === to) break
          }
        }
        expect(found).toEqual(encoded.map((bytes) => Buffer.from(bytes).toString('hex')))
      }),
    )
  })

  test.each([
    ['c6 ffffffff', 'too_long'],
    ['dd 7fffffff', 'too_long'],
    ['df 7fffffff', 'too_long'],
    ['92 01 c1', 'broken'],
    ['93 01', 'more'],
    ['da 00', 'more'],
  ])('%s: %s', (bytes, want) => expect(new MsgpackFrame(1000).look(hex(bytes)).kind).toBe(want))

  test('JSON values are found, whatever stands in texts', () => {
    const stream = Buffer.from(String.raw`["a]\"",{"b":"}"}] {"c":[]}`)
    const frame = new JsonFrame()
    expect(frame.look(stream.subarray(0, 5))).toBeUndefined()
    expect(frame.look(stream)).toBe(18)
    expect(frame.look(stream.subarray(18))).toBe(9)
  })
})

test('random bytes end in an answer, never in a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      told(bytes)
      linesOf(bytes)
    }),
    { numRuns: 2000 },
  )
})
