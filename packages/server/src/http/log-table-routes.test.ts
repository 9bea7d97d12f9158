import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeleteRequest } from '@weir/logs'
import type { LogSqlView } from '@weir/packs'
import { afterEach, expect, test } from 'vitest'
import { LogDeletions } from '../log-query/log-deletions.ts'
import { type HttpServer, createHttp } from './app.ts'
import type { HttpDeps } from './deps.ts'
import { MemoryLogs, memoryLogQueries } from './testing/memory-logs.ts'
import { NOON, standIn } from './testing/stand-in.ts'

/** A table that answers with what it was asked. */
class Table extends MemoryLogs {
  path = ''

  override async sql(text: string, rowsMax: number): Promise<Uint8Array<ArrayBuffer>> {
    const view: LogSqlView = {
      columns: [{ name: text, type: 'INTEGER' }],
      rows: [[rowsMax]],
      isCut: true,
    }
    return new TextEncoder().encode(JSON.stringify(view))
  }

  override async exportParquet(): Promise<string> {
    await writeFile(this.path, 'PAR1')
    return this.path
  }
}

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
})

async function httpOf(overrides: Partial<HttpDeps>): Promise<HttpServer> {
  const http = await createHttp({ ...standIn(), ...overrides })
  opened.push(http)
  return http
}

function tableDeps(table: Table): Partial<HttpDeps> {
  return { logQueries: memoryLogQueries(table, standIn()) }
}

test('SQL: the text goes as it is, rows are bounded', async () => {
  const http = await httpOf(tableDeps(new Table()))
  const rowsOf = async (rows: string): Promise<LogSqlView> => {
    const url = `/api/weir/v1/logs/sql?query=SELECT+1${rows}`
    const { statusCode, body } = await http.inject({ method: 'GET', url })
    expect(statusCode).toBe(200)
    return JSON.parse(body) as LogSqlView
  }
  expect(await rowsOf('&rows=7')).toEqual({
    columns: [{ name: 'SELECT 1', type: 'INTEGER' }],
    rows: [[7]],
    isCut: true,
  })
  expect((await rowsOf('&rows=99999')).rows).toEqual([[100]])
})

test('an export by level is refused: its files hold streams as they are', async () => {
  const http = await httpOf(tableDeps(new Table()))
  const url = `/api/weir/v1/logs/export?query=${encodeURIComponent('{level="error"}')}`
  const { statusCode, body } = await http.inject({ method: 'GET', url })
  expect([statusCode, body]).toEqual([400, expect.stringContaining('want labels of streams alone')])
})

test('an export is a file that is gone when it is sent', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weir-export-'))
  try {
    const table = new Table()
    table.path = join(folder, 'export.parquet')
    const http = await httpOf(tableDeps(table))
    const answer = await http.inject({ method: 'GET', url: '/api/weir/v1/logs/export' })
    expect(answer.body).toBe('PAR1')
    expect(answer.headers['content-type']).toBe('application/vnd.apache.parquet')
    expect(existsSync(table.path)).toBe(false)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('deletion is off unless the operator said otherwise', async () => {
  const http = await httpOf({})
  const url = '/loki/api/v1/delete?query=%7Bapp%3D%22x%22%7D&start=0'
  const { statusCode } = await http.inject({ method: 'POST', url })
  expect(statusCode).toBe(403)
})

test('lines are deleted by query and time, and the deletion is listed', async () => {
  const asked: DeleteRequest[] = []
  const { telemetry, clock } = standIn()
  const logDeletions = new LogDeletions({
    delete: async (request) => {
      asked.push(request)
      if (request.range.fromNs === 1n) throw new Error('disk')
      return 7
    },
    clock,
    telemetry,
  })
  const http = await httpOf({ logDeletions })
  const post = async (params: Readonly<Record<string, string>>): Promise<string> => {
    const url = `/loki/api/v1/delete?${new URLSearchParams(params).toString()}`
    const { statusCode, body } = await http.inject({ method: 'POST', url })
    return `${statusCode} ${body}`
  }
  expect(await post({ query: '{app="x"} |= "card"', start: '1714000000' })).toBe('204 ')
  expect(asked).toEqual([
    {
      matchers: [{ name: 'app', operator: '=', value: 'x' }],
      range: { fromNs: 1714000000n * 1_000_000_000n, toNs: BigInt(NOON) * 1_000_000n },
      conditions: [{ kind: 'contains', text: 'card' }],
    },
  ])
  expect(await post({ start: '0' })).toBe('400 query not set')
  expect(await post({ query: '{app="x"}' })).toBe('400 start time not set')
  expect(await post({ query: '{app="x"}', start: '2', end: '1' })).toMatch(
    /^400 start time can not/,
  )
  expect(await post({ query: '{app="x"} | line_format "y" |= "z"', start: '0' })).toMatch(
    /^400 Cannot delete/,
  )
  expect(await post({ query: '{app="x"}', start: '00000000001' })).toMatch(/^500/)
  const { body } = await http.inject({ method: 'GET', url: '/loki/api/v1/delete' })
  expect(JSON.parse(body)).toMatchObject([
    { request_id: '2', status: 'failed' },
    {
      request_id: '1',
      query: '{app="x"} |= "card"',
      start_time: 1714000000,
      end_time: NOON / 1000,
      status: 'processed',
    },
  ])
})
