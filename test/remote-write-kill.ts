import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  KEY_SLACK,
  WriteBatch,
  WriteReaderV1,
  encodeWriteRequestV1,
  packSnappy,
  snappyHead,
  unpackSnappy,
} from '@weir/wire'
import { expect } from 'vitest'
import { eventually, startWeir } from './weir-process.ts'

const SERIES = 5

/** A receiver that keeps the values of each series, and is now and then down or busy. */
async function startSink(): Promise<
  AsyncDisposable & { readonly url: string; readonly values: ReadonlyMap<string, number[]> }
> {
  const values = new Map<string, number[]>()
  let count = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      count++
      if (count % 5 === 0) {
        request.socket.destroy() // it had it all the same, or had not: nobody knows
        return
      }
      if (count % 7 === 0) {
        response.writeHead(503).end()
        return
      }
      keep(Buffer.concat(chunks), values)
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/write`,
    values,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function keep(body: Uint8Array, into: Map<string, number[]>): void {
  const head = snappyHead(body)!
  const text = new Uint8Array(head.textBytes + KEY_SLACK)
  unpackSnappy(body, head, text)
  const reader = new WriteReaderV1(1)
  const batch = new WriteBatch(1_000_000)
  reader.read(text, head.textBytes, batch)
  for (let i = 0; i < batch.length; i++) {
    const pairs = reader.pairs(batch.series[i]!) as string[]
    if (!pairs.includes('counted')) continue
    const key = pairs.at(-1)!
    into.set(key, [...(into.get(key) ?? []), batch.values[i]!])
  }
}

/**
 * Writes 0, 1, 2, … to series of a Weir that sends them on and is killed in the midst of it; then
 * looks whether each number that was acknowledged arrived at least once, first arrivals in order.
 */
export async function killLoop(kills: number): Promise<void> {
  await using sink = await startSink()
  const dataDir = mkdtempSync(join(tmpdir(), 'weir-out-kill-'))
  const config = `
remote_write:
  - url: ${sink.url}
    write_relabel_configs: [{ source_labels: [__name__], regex: counted, action: keep }]
    queue_config: { batch_send_deadline: 50ms, max_samples_per_send: 100, min_shards: 2, max_shards: 4 }
`
  let next = 0
  const acknowledged: number[] = []
  try {
    for (let round = 0; round < kills; round++) {
      await using weir = await startWeir({ config, dataDir })
      const enough = acknowledged.length + 20 + Math.floor(Math.random() * 40)
      let killing: Promise<void> | undefined
      // What is not acknowledged may be in all the same, so its number is not used again.
      for (; await write(weir.web, next); next++) {
        acknowledged.push(next)
        if (acknowledged.length >= enough) killing ??= weir.kill()
      }
      next++
      expect(killing).toBeDefined()
      await killing
    }
    await using _weir = await startWeir({ config, dataDir })
    await eventually('all numbers', async () => {
      const last = acknowledged.at(-1)!
      return [...Array(SERIES).keys()].every((i) => sink.values.get(`${i}`)?.includes(last))
    })
    for (let i = 0; i < SERIES; i++) {
      const firsts = [...new Set(sink.values.get(`${i}`))]
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b))
      expect(acknowledged.filter((n) => !firsts.includes(n))).toEqual([])
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Whether Weir took a number for every series. */
async function write(web: string, n: number): Promise<boolean> {
  const timeMs = Date.now()
  const body = packSnappy(
    encodeWriteRequestV1(
      Array.from({ length: SERIES }, (_, i) => ({
        labels: ['__name__', 'counted', 'i', String(i)],
        samples: [[timeMs, n] as const],
      })),
    ),
  )
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' }
  try {
    const reply = await fetch(`${web}/api/v1/write`, { method: 'POST', headers, body })
    // 400: two numbers within one millisecond; the second is not kept.
    if (reply.status === 400) return await write(web, n)
    return reply.status === 204
  } catch {
    return false
  }
}
