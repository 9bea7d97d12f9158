import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImportTarget } from '@weir/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dispatcherOfFile } from '../connection.ts'
import { type PrometheusSpan, importFromPrometheus } from './from-prometheus.ts'
import { PrometheusSource } from './prometheus-source.ts'
import { requireSpace } from './require-space.ts'

const HOUR_MS = 3_600_000
const SPAN: PrometheusSpan = {
  startMs: 0,
  endMs: 4 * HOUR_MS - 1,
  windowMs: 2 * HOUR_MS,
  selectors: [],
  skipsDamage: false,
}

/** An answer to a remote read: `up` is 1 at 1 ms. */
const UP = Buffer.from(
  '215c0a1f0a1d0a0e0a085f5f6e616d655f5f12027570120b09001201000cf03f1001',
  'hex',
)

/** What was asked for; and a Prometheus that cannot read `broken`. */
let asked: string[] = []
const server = createServer((request, response) => {
  const url = new URL(request.url!, 'http://x')
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    if (url.pathname.endsWith('/values')) {
      const match = url.searchParams.get('match[]')
      asked.push(match ?? 'all')
      response.end(JSON.stringify({ data: match === 'up{job="a"}' ? ['up'] : ['broken', 'up'] }))
      return
    }
    // Short texts stand as they are in snappy.
    const body = Buffer.concat(pieces).toString('latin1')
    asked.push(body.includes('job') ? 'read job' : 'read')
    if (body.includes('broken')) {
      response.statusCode = 500
      response.end('a chunk with a wrong checksum')
      return
    }
    response.end(UP)
  })
})
let source: PrometheusSource
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  source = new PrometheusSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(() => server.close())

const target: ImportTarget = {
  send: async () => ({ appended: 1, rejected: {}, example: '', oldestMs: 0 }),
  freeBytes: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}

function run(span: Partial<PrometheusSpan>): ReturnType<typeof importFromPrometheus> {
  asked = []
  return importFromPrometheus(source, target, { ...SPAN, ...span }, () => undefined)
}

test('selectors are asked for one after the other, names and samples', async () => {
  const selectors = ['up{job="a"}']
  expect(await run({ selectors })).toMatchObject({ samples: 2, metrics: 1, damaged: { count: 0 } })
  expect(asked).toEqual(['up{job="a"}', 'read job', 'up{job="a"}', 'read job'])
  await expect(run({ selectors: ['{'] })).rejects.toMatchObject({ code: 'QUERY_PARSE' })
  expect(asked).toEqual([])
})

test('what the other side cannot read ends it, or is left out and told', async () => {
  await expect(run({})).rejects.toThrow('answers 500 to a remote read: a chunk with a wrong')
  const { samples, damaged } = await run({ skipsDamage: true })
  expect([samples, damaged.count]).toEqual([2, 2])
  expect(damaged.told[1]).toContain(
    'broken from 1970-01-01T02:00:00.000Z to 1970-01-01T03:59:59.999Z: http://127.0.0.1:',
  )
})

test('too little room is told before anything is sent', async () => {
  const room = (free: number | undefined) => ({ freeBytes: async () => free })
  await expect(requireSpace('prometheus', 1000, room(undefined))).resolves.toBeUndefined()
  await expect(requireSpace('prometheus', 1000, room(1000))).resolves.toBeUndefined()
  await expect(requireSpace('prometheus', 1000, room(999))).rejects.toMatchObject({
    code: 'STORAGE_FULL',
    message: expect.stringContaining('Cannot import "prometheus": it has') as string,
  })
})

test('a Prometheus that wants a token and a certificate, with a CA of its own, is asked as a file says', async () => {
  const tls = join(import.meta.dirname, '../../../../fixtures/tls')
  const own = (name: string): Buffer => readFileSync(join(tls, name))
  const shown: (string | undefined)[] = []
  const guarded = createTlsServer(
    {
      cert: own('server.pem'),
      key: own('server-key.pem'),
      ca: own('ca.pem'),
      requestCert: true,
    },
    ({ headers }, response) => {
      shown.push(headers.authorization)
      response.end(JSON.stringify({ data: ['up'] }))
    },
  )
  await new Promise<void>((resolve) => {
    guarded.listen(0, '127.0.0.1', resolve)
  })
  const folder = mkdtempSync(join(tmpdir(), 'weir-source-'))
  const file = join(folder, 'source.yml')
  const { port } = guarded.address() as AddressInfo
  const ask = async (text: string): Promise<readonly string[]> => {
    writeFileSync(file, text)
    const dispatcher = await dispatcherOfFile('--source.http.config.file', file)
    return new PrometheusSource(`https://ann:secret@127.0.0.1:${port}`, dispatcher).names(0, 1)
  }
  const certificate = `cert_file: ${tls}/client.pem, key_file: ${tls}/client-key.pem`
  const trusted = `tls_config: { ca_file: ${tls}/ca.pem, ${certificate} }\n`
  expect(await ask(`${trusted}authorization: { credentials: abc }\n`)).toEqual(['up'])
  expect(await ask(trusted)).toEqual(['up'])
  expect(shown).toEqual(['Bearer abc', `Basic ${Buffer.from('ann:secret').toString('base64')}`])
  await expect(ask(`tls_config: { ca_file: ${tls}/ca.pem }\n`)).rejects.toThrow('Cannot ask')
  await expect(ask(`tls_config: { ca_file: ${tls}/other-ca.pem, ${certificate} }`)).rejects.toThrow(
    'Cannot ask',
  )
  await expect(dispatcherOfFile('--source.http.config.file', `${file}.gone`)).rejects.toThrow(
    'Cannot use --source.http.config.file',
  )
  expect(shown).toHaveLength(2)
  guarded.close()
  rmSync(folder, { recursive: true })
})
