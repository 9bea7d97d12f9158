import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeMsgpack } from '@weir/wire'
import { expect } from 'vitest'
import { getJson, startWeir } from './weir-process.ts'

/** Lines that a sender gives at once. */
const BATCH = 20
const CONFIG = `
logs:
  recent_size: 1MiB
  forward: { listen: '127.0.0.1:0' }
`

type Send = (
  door: { readonly web: string; readonly forward: string },
  texts: readonly string[],
) => Promise<boolean>

const nowNs = (): string => `${Date.now()}000000`

/** Each way in that acknowledges. True: Weir said that it has the lines. */
const WAYS: Readonly<Record<string, Send>> = {
  ndjson: ({ web }, texts) =>
    post(`${web}/insert/jsonline`, texts.map((message) => JSON.stringify({ message })).join('\n')),
  loki: ({ web }, texts) =>
    post(
      `${web}/loki/api/v1/push`,
      JSON.stringify({
        streams: [{ stream: { app: 'loki' }, values: texts.map((text) => [nowNs(), text]) }],
      }),
    ),
  bulk: ({ web }, texts) =>
    post(
      `${web}/_bulk`,
      texts
        .map((message) => `{"create":{"_index":"x"}}\n${JSON.stringify({ message })}\n`)
        .join(''),
    ),
  otlp: ({ web }, texts) => {
    const logRecords = texts.map((stringValue) => ({
      timeUnixNano: nowNs(),
      body: { stringValue },
    }))
    return post(
      `${web}/v1/logs`,
      JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
    )
  },
  forward: async ({ forward }, texts) => {
    const [host = '', port = ''] = forward.split(':')
    const entries = texts.map((log) => [Math.floor(Date.now() / 1000), { log }])
    const socket = connect(Number(port), host)
    try {
      return await new Promise<boolean>((resolve) => {
        socket.on('error', () => resolve(false))
        socket.on('close', () => resolve(false))
        socket.on('data', (answer: Buffer) => resolve(answer.includes('ack')))
        socket.write(encodeMsgpack(['tag', entries, { chunk: texts[0]! }]))
      })
    } finally {
      socket.destroy()
    }
  },
}

async function post(url: string, body: string): Promise<boolean> {
  try {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(url, { method: 'POST', headers, body })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}

/**
 * Sends numbered lines to a Weir by each way that acknowledges, all at the same time, and kills it in the
 * midst of that, again and again; then each line that was acknowledged must be there, and none twice.
 */
export async function logKillLoop({
  kills,
  linesMax,
}: {
  readonly kills: number
  /** Of one life. */
  readonly linesMax: number
}): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'weir-log-kill-'))
  const acknowledged: string[] = []
  try {
    for (let life = 0; life < kills; life++) {
      await using weir = await startWeir({ config: CONFIG, dataDir })
      const door = { web: weir.web, forward: weir.address('fluentd-forward') }
      const enough = acknowledged.length + linesMax * (0.2 + 0.8 * Math.random())
      let isKilled = false
      const senders = Object.entries(WAYS).map(async ([way, send]) => {
        // What is not acknowledged may be in all the same: its texts are not used again.
        for (let n = 0; !isKilled; n++) {
          const texts = Array.from({ length: BATCH }, (_, i) => `${way}-${life}-${n}-${i};`)
          if (await send(door, texts)) acknowledged.push(...texts) // else it is busy, or dead
          if (acknowledged.length < enough || isKilled) continue
          isKilled = true
          await weir.kill()
        }
      })
      await Promise.all(senders)
    }
    await using weir = await startWeir({ config: CONFIG, dataDir })
    const found = await textsIn(weir.web)
    expect(acknowledged.filter((text) => !found.has(text))).toEqual([])
    expect([...found].filter(([, count]) => count > 1)).toEqual([])
    for (const way of Object.keys(WAYS)) {
      expect(acknowledged.filter((text) => text.startsWith(way)).length).toBeGreaterThan(kills)
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** The numbered texts that Weir has, and how often. */
async function textsIn(web: string): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (let offset = 0; ; offset += PAGE) {
    const query = `SELECT line FROM logs ORDER BY line LIMIT ${PAGE} OFFSET ${offset}`
    const asked = new URLSearchParams({ query, rows: String(PAGE) })
    const { rows } = await getJson<{ rows: string[][] }>(`${web}/api/weir/v1/logs/sql?${asked}`)
    for (const [line = ''] of rows) {
      const text = /\w+-\d+-\d+-\d+;/.exec(line)?.[0]
      if (text !== undefined) found.set(text, (found.get(text) ?? 0) + 1)
    }
    if (rows.length < PAGE) return found
  }
}

const PAGE = 10_000
