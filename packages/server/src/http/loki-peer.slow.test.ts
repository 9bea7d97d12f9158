import { readFileSync, writeFileSync } from 'node:fs'
import { systemClock } from '@weir/model'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLoki, type RunningLoki } from './testing/loki.ts'
import {
  EXCHANGES,
  type RecordedExchanges,
  RECORDED,
  comparable,
  paramsOf,
  pushBody,
} from './testing/loki-exchanges.ts'
import { findPeer } from './testing/peers.ts'

const program = findPeer('loki')

// A real Loki says what is in the fixture; WEIR_GOLDEN=write records it anew.
describe.runIf(program !== undefined)('a real Loki', () => {
  let loki: RunningLoki
  const baseNs =
    BigInt(Math.floor(systemClock.now() / 3_600_000) * 3_600_000 - 7_200_000) * 1_000_000n

  beforeAll(async () => {
    loki = await startLoki(program!)
    const headers = { 'content-type': 'application/json' }
    const url = `${loki.url}/loki/api/v1/push`
    const { status } = await fetch(url, { method: 'POST', headers, body: pushBody(baseNs) })
    expect(status).toBe(204)
  })
  afterAll(() => loki[Symbol.asyncDispose]())

  test('answers as recorded', async () => {
    const answers: RecordedExchanges['answers'][number][] = []
    for (const exchange of EXCHANGES) {
      const { path, headers = {} } = exchange
      const url = `${loki.url}/loki/api/v1/${path}?${paramsOf(exchange, baseNs).toString()}`
      const answer = await fetch(url, { headers })
      answers.push({ status: answer.status, body: withoutStats(await answer.text()) })
    }
    if (process.env['WEIR_GOLDEN'] === 'write') {
      const recorded: RecordedExchanges = { baseNs: String(baseNs), answers }
      writeFileSync(RECORDED, `${JSON.stringify(recorded, null, 1)}\n`)
    }
    const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as RecordedExchanges
    const shift = baseNs - BigInt(recorded.baseNs)
    expect(
      answers.map(({ status, body }, i) => comparable(EXCHANGES[i]!, status, body, shift)),
    ).toEqual(
      recorded.answers.map(({ status, body }, i) => comparable(EXCHANGES[i]!, status, body)),
    )
  })
})

/** What it took is long, and never the same. */
function withoutStats(body: string): string {
  if (!body.startsWith('{')) return body.trim()
  return JSON.stringify(
    JSON.parse(body, (name, value: unknown) => (name === 'stats' ? undefined : value)),
  )
}
