import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Appender, type Clock, SampleColumns, millis } from '@weir/model'
import { type Reader, type Store, openReader, openStore } from '@weir/tsdb'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { influxConfig } from './config.ts'
import { type InfluxOutcome, InfluxReceiver } from './receiver.ts'

const NOW = Date.parse('2026-05-01T12:00:00Z')
const clock: Clock = {
  now: () => millis(NOW),
  monotonicMs: () => 0,
  sleep: () => new Promise(() => undefined),
}

let folder: string
let store: Store
let reader: Reader

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-influx-'))
  store = await openStore({ path: folder, clock })
  reader = openReader(store.seat())
})

afterEach(async () => {
  reader[Symbol.dispose]()
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const LABELS = { labelsMax: 64, nameBytesMax: 1024, valueBytesMax: 100 }

function open(keys: object = {}): InfluxReceiver {
  const config = influxConfig.parse(keys)
  return new InfluxReceiver({ appender: store.appender(), clock, seed: 1, labels: LABELS, config })
}

function write(
  receiver: InfluxReceiver,
  text: string,
  more: { readonly db?: string; readonly encoding?: string } = {},
): Promise<InfluxOutcome> {
  const { db = '', encoding = '' } = more
  const body = new Uint8Array(encoding === 'gzip' ? gzipSync(text) : Buffer.from(text))
  return receiver.take({ body, encoding, precision: 'auto', db })
}

/** Everything that is stored, as `labels value @ms before NOW`. */
function stored(): string[] {
  using querier = reader.querier(0, 2 ** 45)
  const matchers = [{ name: '__name__', operator: '!=', value: '' }] as const
  const set = querier.select({ matchers, minMs: 0, maxMs: 2 ** 45 })
  const lines: string[] = []
  for (let i = 0; i < set.count; i++) {
    const columns = new SampleColumns()
    set.read(i, 0, 2 ** 45, columns)
    for (let k = 0; k < columns.length; k++) {
      lines.push(`${set.labels(i).toString()} ${columns.values[k]} @${columns.times[k]! - NOW}`)
    }
  }
  return lines.toSorted()
}

test('what a line says is stored when the answer is there, packed or not', async () => {
  const receiver = open()
  const text = `cpu,host=a usage_idle=98.5,up=t,n=3i,name="x" ${NOW - 1000}000000\ncpu,host=b up=f`
  for (const encoding of ['', 'gzip']) {
    const outcome = await write(receiver, text, { db: 'telegraf', encoding })
    expect(outcome).toEqual({
      samples: 4,
      histograms: 0,
      exemplars: 0,
      rejected: {},
      example: '',
      lines: 2,
      strings: 1,
      badLines: [],
      badSeries: '',
    })
  }
  expect(stored()).toEqual([
    'cpu_n{db="telegraf", host="a"} 3 @-1000',
    'cpu_up{db="telegraf", host="a"} 1 @-1000',
    'cpu_up{db="telegraf", host="b"} 0 @0',
    'cpu_usage_idle{db="telegraf", host="a"} 98.5 @-1000',
  ])
})

test.each<[string, object, string, string[]]>([
  [
    'names are made classic',
    {},
    String.raw`my\ cpu,a-b=1,ü=2 é.x=1`,
    ['my_cpu___x{_="2", a_b="1", db="d"} 1'],
  ],
  [
    'or stay as they are',
    { names: 'utf8' },
    String.raw`my\ cpu,a-b=1 é.x=1`,
    ['{"my cpu_é.x", "a-b"="1", db="d"} 1'],
  ],
  ['a digit in front', {}, '5xx,9=a f=1', ['_5xx_f{_9="a", db="d"} 1']],
  ['a tag that is called as the database is', {}, 'm,db=mine f=1', ['m_f{db="mine"} 1']],
  [
    'another label for the database',
    { db_label: 'bucket' },
    'm,db=mine f=1',
    ['m_f{bucket="d", db="mine"} 1'],
  ],
  ['no label for the database', { db_label: '' }, 'm f=1', ['m_f 1']],
  ['another separator', { separator: ':' }, 'm f=1', ['m:f{db="d"} 1']],
  ['without measurements', { skip_measurement: true }, 'm f=1', ['f{db="d"} 1']],
  [
    'without fields that stand alone',
    { skip_single_field: true },
    'm f=1\nn f=1,g=2\nm f=3,g=4',
    ['m_f{db="d"} 3', 'm_g{db="d"} 4', 'm{db="d"} 1', 'n_f{db="d"} 1', 'n_g{db="d"} 2'],
  ],
  [
    'without some fields',
    { skip_fields: ['value'] },
    'm value=1,f=2',
    ['m_f{db="d"} 2', 'm{db="d"} 1'],
  ],
  ['two tags that come to one label', {}, 'm,a-b=1,a.b=2 f=1', ['m_f{a_b="1", db="d"} 1']],
  [
    'a tag that would take the name',
    {},
    'm,__name__=x f=1',
    ['m_f{db="d", exported___name__="x"} 1'],
  ],
  ['numbers in strings', { strings: 'numbers' }, 'm a="1.5",b="no"', ['m_a{db="d"} 1.5']],
])('%s', async (_what, keys, text, want) => {
  await write(open(keys), text, { db: 'd' })
  expect(stored()).toEqual(want.map((line) => `${line} @0`))
})

test('a field that was a string before and is a number now is kept from now on', async () => {
  const receiver = open()
  await write(receiver, `m f="none" ${NOW - 1000}`)
  await write(receiver, `m f=2 ${NOW}`)
  expect(stored()).toEqual(['m_f 2 @0'])
})

test('good lines are kept, bad ones are told with their place', async () => {
  const outcome = await write(open(), '# one\nm f=1\nm f=\nn f=2\nm,t=\xff f=3')
  expect(outcome.badLines).toEqual([{ line: 'm f=', number: 3, reason: 'missing field value' }])
  expect(outcome.rejected).toEqual({ bad_line: 1 })
  expect(stored()).toEqual(['m_f 1 @0', 'm_f{t="ÿ"} 3 @0', 'n_f 2 @0'])
})

test('what the store cannot keep is counted by reason, and the rest is kept', async () => {
  const long = 'x'.repeat(101)
  const body = Buffer.concat([
    Buffer.from(
      `ok f=1\nold f=1 ${NOW - 7_200_000}\nahead f=1 ${NOW + 3_600_000}\nm,t=${long} f=1\nm,t=`,
    ),
    Buffer.of(0xff),
    Buffer.from(' f=1\n'),
  ])
  const receiver = open()
  await write(receiver, 'before f=1')
  const outcome = await receiver.take({
    body: new Uint8Array(body),
    encoding: '',
    precision: 'auto',
    db: '',
  })
  expect(outcome.rejected).toEqual({
    out_of_order: 1,
    too_far_in_future: 1,
    label_limit: 1,
    bad_labels: 1,
  })
  expect(stored()).toEqual(['before_f 1 @0', 'ok_f 1 @0'])
})

test('limits hold for the text and for the values of a request', async () => {
  const receiver = open({ max_unpacked_bytes: '10KiB', max_samples: 10 })
  const many = 'm f=1\n'.repeat(11)
  await expect(write(receiver, many)).rejects.toThrow(/at most 10 values \(influx.max_samples\)/)
  const bomb = write(receiver, ' '.repeat(10_000_000), { encoding: 'gzip' })
  await expect(bomb).rejects.toMatchObject({ code: 'HTTP_TOO_LARGE' })
  await expect(write(receiver, 'x', { encoding: 'gzip' })).resolves.toMatchObject({
    rejected: { bad_line: 1 },
  })
  expect(stored()).toEqual([])
})

test('databases without end do not grow without end', async () => {
  let refs = 0
  const appender = {
    ref: () => refs++,
    release: () => refs--,
    appendColumns: () => undefined,
    commit: async () => ({ appended: 1, rejected: {}, example: '' }),
  } as unknown as Appender
  const config = influxConfig.parse({})
  const receiver = new InfluxReceiver({ appender, clock, seed: 1, labels: LABELS, config })
  for (let i = 0; i < 3000; i++) await write(receiver, 'm f=1', { db: `db${i}` })
  expect(receiver.seriesCount).toBeLessThan(1100)
  expect(refs).toBe(receiver.seriesCount)
})
