import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { protobufOfJson } from '../json-request.ts'
import { LOGS_REQUEST } from '../json-shapes.ts'
import { type OtlpLogRecord, type OtlpLogScope, readOtlpLogs } from './read-logs.ts'

interface Heard {
  readonly fault: string | undefined
  readonly lines: unknown[]
}

function readBytes(bytes: Uint8Array, length: number): Heard {
  const lines: unknown[] = []
  let scope: OtlpLogScope | undefined
  const visitor = {
    scope: (told: OtlpLogScope) => {
      scope = told
    },
    record: ({ line, timeNs, observedNs, ...record }: OtlpLogRecord) => {
      lines.push({
        ...scope,
        scopeAttributes: scope!.attributes,
        ...record,
        times: [timeNs, observedNs].map(String),
        line: Buffer.from(line).toString(),
      })
    },
  }
  return { fault: readOtlpLogs(bytes, { length, depthMax: 4 }, visitor), lines }
}

function read(request: unknown): Heard {
  const rewritten = protobufOfJson(Buffer.from(JSON.stringify(request)), {
    slack: 0,
    depthMax: 8,
    shape: LOGS_REQUEST,
  })
  if ('why' in rewritten) return { fault: rewritten.why, lines: [] }
  return readBytes(rewritten.bytes, rewritten.length)
}

const of = (record: object, scope?: object): object => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] },
      scopeLogs: [{ ...(scope === undefined ? {} : { scope }), logRecords: [record] }],
    },
  ],
})

const BARE = {
  resource: ['service.name', 's'],
  name: '',
  version: '',
  scopeAttributes: [],
  attributes: [],
  times: ['0', '0'],
  severityNumber: 0,
  severityText: '',
  line: '',
  traceId: '',
  spanId: '',
  eventName: '',
}

test.each<[string, object, object]>([
  ['nothing', {}, {}],
  ['a string', { body: { stringValue: 'a<b>' } }, { line: 'a<b>' }],
  ['an empty string', { body: { stringValue: '' } }, {}],
  ['a number', { body: { intValue: '-7' } }, { line: '-7' }],
  [
    'a map as Go writes it',
    {
      body: {
        kvlistValue: {
          values: [
            { key: 'b', value: { boolValue: true } },
            { key: 'a', value: { doubleValue: 1.5 } },
          ],
        },
      },
    },
    { line: '{"a":1.5,"b":true}' },
  ],
  [
    'a list',
    { body: { arrayValue: { values: [{ stringValue: 'x' }, {}] } } },
    { line: '["x",null]' },
  ],
  ['bytes', { body: { bytesValue: 'AQI=' } }, { line: 'AQI=' }],
  [
    'all the rest',
    {
      timeUnixNano: '1795867199000000001',
      observed_time_unix_nano: 1795867200000000000,
      severityNumber: 'SEVERITY_NUMBER_WARN2',
      severityText: 'Warning',
      traceId: '5B8EFFF798038103D269B633813FC60C',
      spanId: 'eee19b7ec3c1b174',
      flags: 1,
      eventName: 'e',
      attributes: [{ key: 'k', value: { intValue: 1 } }],
      droppedAttributesCount: 3,
    },
    {
      times: ['1795867199000000001', '1795867200000000000'],
      severityNumber: 14,
      severityText: 'Warning',
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      eventName: 'e',
      attributes: ['k', '1'],
    },
  ],
])('%s', (_name, record, want) => {
  expect(read(of(record))).toEqual({ fault: undefined, lines: [{ ...BARE, ...want }] })
})

test('a scope is told with its records', () => {
  const scope = { name: 'n', version: '1', attributes: [{ key: 'a', value: { stringValue: 'b' } }] }
  expect(read(of({ body: { stringValue: 'x' } }, scope)).lines).toEqual([
    { ...BARE, name: 'n', version: '1', scopeAttributes: ['a', 'b'], line: 'x' },
  ])
})

test.each([
  ['{}', {}],
  ['no records', { resourceLogs: [{ scopeLogs: [{}] }, {}] }],
])('%s is no fault', (_name, request) => {
  expect(read(request)).toEqual({ fault: undefined, lines: [] })
})

test.each<[string, object, string]>([
  ['deep body', { body: deep(6) }, 'too_deep'],
  ['deep attribute', { attributes: [{ key: 'a', value: deep(6) }] }, 'too_deep'],
  ['a trace id that is none', { traceId: 'xyz' }, 'want hex'],
])('%s: %s', (_name, record, fault) => expect(read(of(record)).fault).toBe(fault))

function deep(levels: number): object {
  return levels === 0 ? { stringValue: 'x' } : { arrayValue: { values: [deep(levels - 1)] } }
}

const whole = protobufOfJson(
  Buffer.from(
    JSON.stringify(
      of({
        timeUnixNano: '1795867199000000001',
        body: { kvlistValue: { values: [{ key: 'a', value: { stringValue: 'b' } }] } },
        attributes: [{ key: 'k', value: { stringValue: 'v' } }],
        traceId: '5b8efff798038103d269b633813fc60c',
      }),
    ),
  ),
  { slack: 0, depthMax: 8, shape: LOGS_REQUEST },
) as { readonly bytes: Uint8Array; readonly length: number }

test('a request that breaks off is refused', () => {
  for (let length = 1; length < whole.length; length++) {
    expect(readBytes(whole.bytes, length).fault).toBe('malformed')
  }
})

test('bytes that are changed are refused or read, and end', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))), (changes) => {
      const bytes = whole.bytes.slice(0, whole.length)
      for (const [at, byte] of changes) bytes[at] = byte
      const { fault } = readBytes(bytes, bytes.length)
      expect([undefined, 'malformed', 'too_deep']).toContain(fault)
    }),
  )
})
