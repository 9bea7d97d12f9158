import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtoWriter } from '../protobuf/writer.ts'
import type { PushVisitor } from './push-visitor.ts'
import { readLokiJson } from './read-push-json.ts'
import { readLokiPush } from './read-push.ts'

interface Entry {
  readonly ns: string
  readonly line: string
  readonly metadata: Readonly<Record<string, string>>
}
interface Stream {
  readonly labels: Readonly<Record<string, string>>
  readonly entries: readonly Entry[]
}

class Heard implements PushVisitor {
  readonly lines: unknown[] = []
  #labels: readonly string[] | undefined

  stream(pairs: readonly string[] | undefined): void {
    this.#labels = pairs
  }

  entry(timeNs: bigint, line: Uint8Array, metadata: readonly string[]): void {
    this.lines.push([this.#labels, String(timeNs), Buffer.from(line).toString(), metadata])
  }
}

function protobuf(streams: readonly Stream[], labelsLast = false): Uint8Array {
  const writer = new ProtoWriter()
  for (const { labels, entries } of streams) {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    writer.message(1, (stream) => {
      if (!labelsLast) stream.text(1, `{${pairs.join(', ')}}`)
      for (const { ns, line, metadata } of entries) {
        const seconds = BigInt(ns) / 1_000_000_000n
        stream.message(2, (entry) => {
          entry
            .message(1, (time) =>
              time.int(1, Number(seconds)).int(2, Number(BigInt(ns) % 1_000_000_000n)),
            )
            .text(2, line)
          for (const [name, value] of Object.entries(metadata)) {
            entry.message(3, (pair) => pair.text(1, name).text(2, value))
          }
        })
      }
      if (labelsLast) stream.text(1, `{${pairs.join(', ')}}`)
      stream.int(3, 7)
    })
  }
  return writer.bytes.slice()
}

function json(streams: readonly Stream[], labelsLast = false): Uint8Array {
  const told = streams.map(({ labels, entries }) => {
    const values = entries.map(({ ns, line, metadata }) =>
      Object.keys(metadata).length > 0 ? [ns, line, metadata] : [ns, line],
    )
    return labelsLast ? { values, stream: labels } : { stream: labels, values }
  })
  return Buffer.from(JSON.stringify({ streams: told }))
}

const want = (streams: readonly Stream[]): unknown[] =>
  streams.flatMap(({ labels, entries }) =>
    entries.map(({ ns, line, metadata }) => [
      Object.entries(labels).flat(),
      ns,
      line,
      Object.entries(metadata).flat(),
    ]),
  )

const name = fc.constantFrom('app', 'env', 'job', 'a_1')
const streams: fc.Arbitrary<Stream[]> = fc.array(
  fc.record({
    labels: fc.dictionary(name, fc.string({ unit: 'binary' }), {
      minKeys: 1,
      noNullPrototype: true,
    }),
    entries: fc.array(
      fc.record({
        ns: fc.bigInt({ min: 1n, max: 9_000_000_000_000_000_000n }).map(String),
        line: fc.string({ unit: 'binary' }),
        metadata: fc.dictionary(name, fc.string(), { noNullPrototype: true }),
      }),
      { maxLength: 4 },
    ),
  }),
  { maxLength: 4 },
)

test('protobuf and JSON say the same, wherever the labels stand', () => {
  fc.assert(
    fc.property(streams, fc.boolean(), (told, labelsLast) => {
      const [ofProtobuf, ofJson] = [new Heard(), new Heard()]
      const bytes = protobuf(told, labelsLast)
      expect(readLokiPush(bytes, bytes.length, ofProtobuf)).toBe(true)
      expect(readLokiJson(json(told, labelsLast), ofJson)).toBeUndefined()
      expect(ofProtobuf.lines).toEqual(want(told))
      expect(ofJson.lines).toEqual(want(told))
    }),
  )
})

test('a push that breaks off is none', () => {
  const whole = protobuf([
    { labels: { a: 'b' }, entries: [{ ns: '1', line: 'x'.repeat(50), metadata: { c: 'd' } }] },
  ])
  for (let length = 1; length < whole.length; length++) {
    expect(readLokiPush(whole, length, new Heard())).toBe(false)
  }
})

test('bytes that are changed are refused or read, and end', () => {
  fc.assert(
    fc.property(streams, fc.nat(), fc.nat(255), (told, at, byte) => {
      const bytes = protobuf(told)
      if (bytes.length > 0) bytes[at % bytes.length] = byte
      readLokiPush(bytes, bytes.length, new Heard())
      const text = json(told)
      text[at % text.length] = byte
      readLokiJson(text, new Heard())
    }),
  )
})

test.each([
  ['{"streams":[{"stream":{"a":"b"},"values":[[1,"x"]]}]}', 'want a time as a string'],
  ['{"streams":[{"stream":{"a":"b"},"values":[["1"]]}]}', 'want a line'],
  [
    '{"streams":[{"stream":{"a":"b"},"values":[["1","x",{},1]]}]}',
    'want no more than time, line and metadata',
  ],
  ['{"streams":[{"stream":{"a":1},"values":[]}]}', 'want "'],
  ['{"streams":[{"stream":{"a":"b"},"values":[["1","x"]]}', 'want ,'],
  ['{"streams":[{"values":[[1,"x"]],"stream":{"a":"b"}}]}', 'want a time as a string'],
  ['[]', 'want {'],
  ['', 'want {'],
])('%s: %s', (text, why) => {
  expect(readLokiJson(Buffer.from(text), new Heard())).toMatchObject({ why })
})

test.each([
  '{}',
  '{"streams":[]}',
  '{"streams":null,"other":[1]}',
  '{"streams":[{"stream":{"a":"b"}}]}',
])('nothing in %s', (text) => {
  const heard = new Heard()
  expect(readLokiJson(Buffer.from(text), heard)).toBeUndefined()
  expect(heard.lines).toEqual([])
})

test('seconds that are no time become the last that is', () => {
  const writer = new ProtoWriter().message(1, (stream) =>
    stream
      .text(1, '{a="b"}')
      .message(2, (entry) => entry.message(1, (time) => time.int(1, 1e15).int(2, -5)).text(2, 'x')),
  )
  const heard = new Heard()
  readLokiPush(writer.bytes, writer.length, heard)
  expect(heard.lines).toEqual([[['a', 'b'], '9223372036000000000', 'x', []]])
})
