import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpServer, createHttp } from './app.ts'
import { MemoryLogs, memoryLogQueries } from './testing/memory-logs.ts'
import {
  EXCHANGES,
  RECORDED,
  type RecordedExchanges,
  batchOf,
  comparable,
  paramsOf,
} from './testing/loki-exchanges.ts'
import { standIn } from './testing/stand-in.ts'

const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as RecordedExchanges
const baseNs = BigInt(recorded.baseNs)

const logs = new MemoryLogs()
const deps = standIn()
const queries = memoryLogQueries(logs, deps)
let http: HttpServer

beforeAll(async () => {
  logs.append(batchOf(baseNs))
  http = await createHttp({ ...deps, logQueries: queries })
})
afterAll(async () => {
  await http[Symbol.asyncDispose]()
  queries[Symbol.dispose]()
})

describe('the answers of a real Loki', () => {
  const named = EXCHANGES.map((exchange, i) => ({
    name: `${exchange.path} ${exchange.params.map((pair) => pair.join('=')).join(' ')}`,
    exchange,
    answer: recorded.answers[i]!,
  }))
  test.each(named)('$name', async ({ exchange, answer }) => {
    const { path, headers = {} } = exchange
    const params = paramsOf(exchange, baseNs)
    const url = `/loki/api/v1/${path}?${params.toString()}`
    const got = await http.inject({ method: 'GET', url, headers })
    expect(comparable(exchange, got.statusCode, got.body)).toEqual(
      comparable(exchange, answer.status, answer.body),
    )
    // logcli and long queries come by POST.
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
    const posted = await http.inject({
      method: 'POST',
      url: `/loki/api/v1/${path}`,
      headers: form,
      payload: params.toString(),
    })
    expect(posted.statusCode).toBe(answer.status)
  })
})
