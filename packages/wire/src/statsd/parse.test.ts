import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventColumns, PLAIN_MEANING, STATSD_REJECTS } from './event-columns.ts'
import { parseStatsd } from './parse.ts'

const OPTIONS = { ...PLAIN_MEANING, dogstatsdTags: true, maxLineBytes: 65_536 }
const TYPES = ['c', 'g', 'ms', 'h', 's']
const encoder = new TextEncoder()
const decoder = new TextDecoder()

function parse(text: string | Uint8Array, options = OPTIONS): EventColumns {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text
  const events = new EventColumns()
  parseStatsd(bytes, 0, bytes.length, options, events)
  return events
}

/** Events in a short notation: `name value|type @rate #tags c:container`. */
function show(text: string, options = OPTIONS): string[] {
  const bytes = encoder.encode(text)
  const events = parse(text, options)
  const span = (from: number, to: number): string => decoder.decode(bytes.subarray(from, to))
  return Array.from({ length: events.length }, (_, i) => {
    const type = TYPES[events.type[i]!]!
    const member = span(events.valueFrom[i]!, events.valueTo[i]!)
    const sign = type === 'g' && events.signed[i] === 1 ? '±' : ''
    return [
      span(events.nameFrom[i]!, events.nameTo[i]!),
      `${sign}${type === 's' ? member : events.value[i]}|${type}`,
      ...(events.rate[i] === 1 ? [] : [`@${events.rate[i]}`]),
      ...(events.tagsTo[i]! > events.tagsFrom[i]!
        ? [`#${span(events.tagsFrom[i]!, events.tagsTo[i]!)}`]
        : []),
      ...(events.containerTo[i]! > events.containerFrom[i]!
        ? [`c:${span(events.containerFrom[i]!, events.containerTo[i]!)}`]
        : []),
      ...(events.timeSeconds[i] === 0 ? [] : [`T${events.timeSeconds[i]}`]),
    ].join(' ')
  })
}

function rejects(events: EventColumns): Record<string, number> {
  const counted = STATSD_REJECTS.map((reason, i) => [reason, events.rejects[i]!] as const)
  return Object.fromEntries(counted.filter(([, count]) => count > 0))
}

test.each([
  ['a:1|c', ['a 1|c']],
  ['a:1|c\n', ['a 1|c']],
  ['a:1|c\r\nb:2|g\r\n', ['a 1|c', 'b 2|g']],
  ['a:1|c\r', ['a 1|c']],
  ['\n\na:1|c\n\r\n\n', ['a 1|c']],
  ['a:320|ms', ['a 320|ms']],
  ['a:1|h\na:2|d', ['a 1|h', 'a 2|h']],
  ['a:x|s', ['a x|s']],
  ['a:x:y|s', ['a x:y|s']], // a set keeps its text whole
  ['a:-4|g', ['a ±-4|g']],
  ['a:+4|g', ['a ±4|g']],
  ['a:nan|g', ['a NaN|g']],
  ['a:1|c|@0.5', ['a 1|c @0.5']],
  ['a:1|c|@0', ['a 1|c']], // 0 counts as 1
  ['a:1|c:7|g|@0.5', ['a 1|c', 'a 7|g @0.5']], // several samples
  ['a:1:2:3|ms|@0.1', ['a 1|ms @0.1', 'a 2|ms @0.1', 'a 3|ms @0.1']], // packed
  ['a:1:2|c', ['a 1|c', 'a 2|c']],
  ['a:+1:-2|g', ['a ±1|g', 'a ±-2|g']],
  ['a:1|c|#k:v,l:w', ['a 1|c #k:v,l:w']],
  ['a:1|c|#k:v|@0.5', ['a 1|c @0.5 #k:v']],
  ['a:1|c|@0.5|#k:v', ['a 1|c @0.5 #k:v']],
  ['a:1:2|h|#k:v', ['a 1|h #k:v', 'a 2|h #k:v']],
  ['a:1|c:2|c|#k:v', ['a 1|c #k:v', 'a 2|c #k:v']], // tags hold for the line
  ['a:1|c|#', ['a 1|c']],
  ['a:1|c|#k:v|#l:w', ['a 1|c #l:w']], // the second replaces the first
  ['a:1|c|c:abc', ['a 1|c c:abc']],
  ['a:1|c|#k:v|c:ci-0f', ['a 1|c #k:v c:ci-0f']],
  ['a:1|c|T1700000000', ['a 1|c T1700000000']],
  ['a:1|c|T17:2|g', ['a 1|c T17', 'a 2|g']],
  ['a:1:2|g|#k:v|T17', ['a 1|g #k:v T17', 'a 2|g #k:v T17']],
  ['a:1|ms|T17', ['a 1|ms']], // means something for counters and gauges only
  ['a:true|g\nb:False|g', ['a 1|g', 'b 0|g']],
  ['a:1|c|#k:v|e:it-false,cn-x|card:low', ['a 1|c #k:v']],
  ['a:1|c|zzz', ['a 1|c']],
  ['a:1|c|', ['a 1|c']],
  ['a,k=v:1|c', ['a,k=v 1|c']],
  ['a#k=v:1|c', ['a#k=v 1|c']],
  ['a[k=v]b:1|c', ['a[k=v]b 1|c']],
  ['_scope:1|c', ['_scope 1|c']], // no service check
])('%j', (text, want) => {
  expect(show(text)).toEqual(want)
  expect(rejects(parse(text))).toEqual({})
})

test.each([
  ['nothing', 'malformed_line', []],
  [':1|c', 'malformed_line', []],
  ['a:1', 'not_enough_parts_after_colon', []],
  ['a:', 'not_enough_parts_after_colon', []],
  ['a:x|c', 'malformed_value', []],
  ['a:|c', 'malformed_value', []],
  ['a:nan|c', 'malformed_value', []], // it would be NaN for ever
  ['a:nan|ms', 'malformed_value', []],
  ['a:1|zz', 'illegal_event', []],
  ['a:1|', 'illegal_event', []],
  ['a:1|c |@1', 'illegal_event', []],
  ['a:s3://b/chk-7|g', 'text_gauge', []], // one text, one refusal
  ['a:10.0.0.1:6123|g', 'text_gauge', []],
  ['a:|g', 'malformed_value', []],
  ['a:1::2|g', 'malformed_value', ['a 1|g', 'a 2|g']],
  ['a:1|c|T', 'invalid_timestamp', ['a 1|c']], // kept as of now
  ['a:1|c|T-5', 'invalid_timestamp', ['a 1|c']],
  ['a:1|c|T0', 'invalid_timestamp', ['a 1|c']],
  ['a:1|c|T1.5', 'invalid_timestamp', ['a 1|c']],
  ['a:1|c|@x', 'invalid_sample_factor', ['a 1|c']], // kept with rate 1, as the original does
  ['a:1|c|@-1', 'invalid_sample_factor', []],
  ['a:1::2|ms', 'malformed_value', ['a 1|ms', 'a 2|ms']],
  ['a:1|zz:2|c', 'illegal_event', ['a 2|c']],
])('%j is refused: %s', (text, reason, want) => {
  const events = parse(text)
  expect(rejects(events)).toEqual({ [reason]: 1 })
  expect(show(text)).toEqual(want)
})

test('one bad line costs one line', () => {
  expect(show('a:1|c\n]bad[\nb:2|c\nc:x|g\nd:3|c')).toEqual(['a 1|c', 'b 2|c', 'd 3|c'])
})

test('events and service checks are recognised, not refused', () => {
  const events = parse('_e{5,4}:title|text|#a:b\n_sc|db|0|m:ok\na:1|c')
  expect([events.notices.length / 2, events.length, events.lines, rejects(events)]).toEqual([
    2,
    1,
    3,
    {},
  ])
})

test('fields that nobody knows are counted', () => {
  expect(parse('a:1|c|zzz|#k:v|q:7').unknownFields).toBe(2)
})

test('tags are passed over when DogStatsD is off', () => {
  expect(show('a:1|c|#k:v', { ...OPTIONS, dogstatsdTags: false })).toEqual(['a 1|c'])
})

test('a line beyond the limit is refused, its neighbours are not', () => {
  const text = `a:1|c\n${'b'.repeat(200)}:1|c\nc:1|c`
  const options = { ...OPTIONS, maxLineBytes: 100 }
  expect(show(text, options)).toEqual(['a 1|c', 'c 1|c'])
  expect(rejects(parse(text, options))).toEqual({ line_too_long: 1 })
})

describe('the hash', () => {
  const hashOf = (text: string): number => parse(text).hash[0]!
  test('is of name, type and tags, not of value, rate and position', () => {
    expect(hashOf('a:1|c|#k:v')).toBe(hashOf('a:22|c|@0.5|#k:v|e:x'))
    const shifted = parse('zz:1|c\na:1|c|#k:v')
    expect(shifted.hash[1]).toBe(hashOf('a:1|c|#k:v'))
  })
  test('differs where they differ', () => {
    const lines = ['a:1|c', 'a:1|g', 'b:1|c', 'a:1|c|#k:v', 'a:1|c|#k:w', 'a:1|c|c:x']
    expect(new Set(lines.map(hashOf)).size).toBe(lines.length)
  })
})

test('no bytes make it throw, and its spans stay inside the packet', () => {
  const pieces = fc.constantFrom(...'a : | \n \r # @ , = [ ] 1 - c \0 T ms _e{ _sc|'.split(' '))
  const likely = fc.array(pieces).map((parts) => encoder.encode(parts.join('')))
  fc.assert(
    fc.property(fc.oneof(likely, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      const events = parse(bytes)
      for (let i = 0; i < events.length; i++) {
        expect(events.nameFrom[i]).toBeLessThan(events.nameTo[i]!)
        expect(events.nameTo[i]).toBeLessThan(bytes.length)
        expect(
          Math.max(events.tagsTo[i]!, events.containerTo[i]!, events.valueTo[i]!),
        ).toBeLessThanOrEqual(bytes.length)
      }
    }),
    { numRuns: 2000 },
  )
})

test('the short way and the long way read a line alike', () => {
  const part = (letters: string, minLength: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...letters.split('')), minLength, maxLength: 12 })
  const line = fc.record({
    name: part('ab.-é[,=\r\t#', 1),
    value: part('0123456789.', 1),
    type: fc.constantFrom('c', 'g', 'ms', 'h', 'd', 'm', 'cc', 'x', ''),
    // A carriage return at the end would be the end of the line in one, part of the tags in the other.
    tags: fc.option(part('ab:,é\r\t', 0), { nil: undefined }).map((t) => t?.replace(/\r+$/, '')),
    end: fc.constantFrom('', '\n', '\nb:1|c', '\r\n'),
  })
  fc.assert(
    fc.property(line, ({ name, value, type, tags, end }) => {
      const short = `${name}:${value}|${type}${tags === undefined ? '' : `|#${tags}`}`
      const seen = (text: string): unknown => {
        const events = parse(text)
        const hashes = [...events.hash.subarray(0, events.length)]
        return [show(text), hashes, events.lines, rejects(events)]
      }
      expect(seen(short + end)).toEqual(seen(`${short}|@1${end}`))
    }),
    { numRuns: 2000 },
  )
})

test('a plain value of any length is the number that its text says', () => {
  const digits = fc.string({
    unit: fc.constantFrom(...'0123456789'.split('')),
    minLength: 1,
    maxLength: 20,
  })
  fc.assert(
    fc.property(digits, fc.oneof(digits, fc.constant('')), (whole, fraction) => {
      const text = fraction === '' ? whole : `${whole}.${fraction}`
      expect(parse(`a:${text}|h`).value[0]).toBe(Number(text))
    }),
  )
})

test('more samples than the columns hold make them grow', () => {
  const events = parse(`a${':1'.repeat(2000)}|ms`)
  expect(events.length).toBe(2000)
  expect(events.value[1999]).toBe(1)
})
