import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PeerProcess, findPeer, startPeer } from './peer-process.ts'
import { type WeirProcess, eventually, startWeir } from './weir-process.ts'

/**
 * The same bodies of line protocol into Weir and into VictoriaMetrics, with equal settings: the same
 * series with the same values at the same times. Left out of the bodies is what docs/influx.md lists as
 * done otherwise: empty tags and measurements, strings that hold no number, backslashes that escape one
 * another, names that begin with a digit.
 */

const program = findPeer('victoria-metrics')

let weir: WeirProcess
let peer: PeerProcess

beforeAll(async () => {
  if (program === undefined) return
  weir = await startWeir({
    config: 'influx: { strings: numbers }\nstorage: { metrics: { out_of_order_window: 30d } }\n',
  })
  peer = await startPeer({
    program,
    config: '',
    args: ({ folder, port }) => [
      `-storageDataPath=${folder}/data`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-usePromCompatibleNaming',
      '-retentionPeriod=1y',
    ],
    readyPath: '/health',
  })
})
afterAll(async () => {
  await weir?.[Symbol.asyncDispose]()
  await peer?.[Symbol.asyncDispose]()
})

const NOW = Date.now() - 60_000

const name = fc.constantFrom(
  'cpu',
  'usage_idle',
  'with space',
  'with,comma',
  'with=equals',
  'digits5',
  'C:\\dir',
  'a"b',
  'größe',
  'dots.and-dashes',
  'value',
)
/** VictoriaMetrics takes a quote in the key of a field for the beginning of a string. */
const unquoted = name.filter((text) => !text.includes('"'))
const escape = (text: string, special: RegExp): string => text.replaceAll(special, '\\$&')
const value = fc.oneof(
  fc.integer({ min: -1e9, max: 1e9 }).map((n) => `${n}i`),
  fc.nat(1e9).map((n) => `${n}u`),
  fc.integer({ min: -1e12, max: 1e12 }).map((n) => String(n / 1000)),
  fc.constantFrom('t', 'false', 'True', '1e3', '-0.5', '1.25e-3', '"12.5"', '"3"'),
)

/** A line; `at` milliseconds before now. */
const line = fc.record({
  measurement: name.map((text) => escape(text, /[, ]/g)),
  tags: fc.uniqueArray(fc.tuple(name, name), { maxLength: 3, selector: ([key]) => plain(key) }),
  fields: fc.uniqueArray(fc.tuple(unquoted, value), {
    minLength: 1,
    maxLength: 3,
    selector: ([key]) => plain(key),
  }),
  end: fc.constantFrom('\n', '\r\n', '\n\n', '\n# a comment\n'),
})

/** As both write it: two tags must not come to one label here. */
const plain = (text: string): string => text.replaceAll(/[^\w:]/gu, '_')

const UNITS = [
  ['ns', '000000'],
  ['us', '000'],
  ['ms', ''],
  ['', '000000'],
  ['', ''],
] as const

const body = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 12 }), fc.constantFrom(...UNITS))
  .map(([lines, [precision, zeros]]) => ({
    precision,
    text: (from: number) =>
      lines
        .map(({ measurement, tags, fields, end }, i) => {
          const of = tags.map(
            ([key, text]) => `,${escape(key, /[,= ]/g)}=${escape(text, /[,= ]/g)}`,
          )
          const values = fields.map(([key, text]) => `${escape(key, /[,= ]/g)}=${text}`)
          return `${measurement}${of.join('')} ${values.join(',')} ${from + i}${zeros}${end}`
        })
        .join(''),
  }))

async function write(base: string, path: string, text: string): Promise<number> {
  const { status } = await fetch(base + path, { method: 'POST', body: text })
  return status
}

type Exported = readonly string[]

/** `labels time value`, sorted. */
async function weirHas(db: string): Promise<Exported> {
  const parameters = new URLSearchParams({
    query: `{db="${db}"}[1h]`,
    time: String(NOW / 1000 + 600),
  })
  const reply = await fetch(`${weir.web}/api/v1/query?${parameters}`)
  const { data } = (await reply.json()) as {
    data: { result: { metric: Record<string, string>; values: [number, string][] }[] }
  }
  return data.result
    .flatMap(({ metric, values }) =>
      values.map(([at, of]) => row(metric, Math.round(at * 1000), of)),
    )
    .toSorted()
}

let asked = 0

async function peerHas(db: string): Promise<Exported> {
  await fetch(`${peer.url}/internal/force_flush`)
  // It remembers for a while that a selector found nothing: each time another one.
  const parameters = new URLSearchParams({ 'match[]': `{db="${db}",asked!="${asked++}"}` })
  const reply = await fetch(`${peer.url}/api/v1/export?${parameters}`)
  const lines = (await reply.text()).split('\n').filter((text) => text !== '')
  return lines
    .map((text) => {
      return JSON.parse(text) as {
        metric: Record<string, string>
        values: number[]
        timestamps: number[]
      }
    })
    .flatMap(({ metric, values, timestamps }) =>
      timestamps.map((at, i) => row(metric, at, String(values[i]))),
    )
    .toSorted()
}

function row(metric: Record<string, string>, timeMs: number, of: string): string {
  const labels = Object.entries(metric).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify(labels)} ${timeMs} ${Number(of)}`
}

test.runIf(program !== undefined)('random bodies make the same series and values', async () => {
  const bodies = fc.sample(body, 60)
  for (const [i, { precision, text }] of bodies.entries()) {
    const db = `db${i}`
    // VictoriaMetrics makes no label of a bucket.
    const path = ['/write', '/influx/write', '/api/v2/write', '/influx/api/v2/write'][i % 4]!
    const where = `${path}?db=${db}${precision === '' ? '' : `&precision=${precision}`}`
    const sent = text(NOW + i * 1000)
    expect([await write(weir.web, where, sent), await write(peer.url, where, sent)], sent).toEqual([
      204, 204,
    ])
  }
  for (const [i, { text }] of bodies.entries()) {
    const want = await eventually('samples', async () => {
      const rows = await peerHas(`db${i}`)
      return rows.length > 0 && rows
    })
    expect(await weirHas(`db${i}`), text(NOW + i * 1000)).toEqual(want)
  }
})
