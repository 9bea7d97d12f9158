import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPeer } from './peer-process.ts'
import { type WeirProcess, startWeir, weir } from './weir-process.ts'

const logcli = findPeer('logcli')
const run = promisify(execFile)

const LINES = ['order 1 sent', 'order 2 failed', 'order 3 sent']

describe.runIf(logcli !== undefined)('logcli asks Weir', () => {
  let process_: WeirProcess
  beforeAll(async () => {
    process_ = await startWeir()
    await push(LINES)
  })
  afterAll(() => process_[Symbol.asyncDispose]())

  async function push(lines: readonly string[]): Promise<void> {
    const nowNs = BigInt(Date.now()) * 1_000_000n
    const values = lines.map((line, i) => [String(nowNs + BigInt(i)), line])
    const body = JSON.stringify({ streams: [{ stream: { app: 'shop' }, values }] })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${process_.web}/loki/api/v1/push`, {
      method: 'POST',
      headers,
      body,
    })
    expect(answer.status).toBe(204)
  }

  async function ask(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(logcli!, ['--quiet', `--addr=${process_.web}`, ...args])
    return stdout
  }

  test.each<[args: string[], want: RegExp]>([
    [['labels'], /^app\nservice_name\n$/],
    [['labels', 'app'], /^shop\n$/],
    [['series', '{app="shop"}'], /app="shop"/],
    [['query', '-o', 'raw', '{app="shop"}'], /^order 3 sent\norder 2 failed\norder 1 sent\n$/],
    [
      ['query', '-o', 'raw', '--forward', '{app="shop"} |= "sent"'],
      /^order 1 sent\norder 3 sent\n$/,
    ],
    [['query', '-o', 'raw', '--batch', '2', '--limit', '3', '{app="shop"}'], /^(.*\n){3}$/],
    [['instant-query', 'sum(count_over_time({app="shop"}[5m]))'], /"3"/],
    [['instant-query', 'vector(1)+vector(1)'], /"2"/],
    [['stats', '{app="shop"}'], /entries: 3\n/],
    [['volume', '{app="shop"}'], /"app": "shop"/],
    [['detected-fields', '{app="shop"}'], /detected_level/],
  ])('%j', async (args, want) => expect(await ask(...args)).toMatch(want))

  test('tail', async () => {
    const child = spawn(logcli!, [
      '--quiet',
      `--addr=${process_.web}`,
      'query',
      '-t',
      '-o',
      'raw',
      '{app="shop"}',
    ])
    let text = ''
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString()
    })
    while (!text.includes('order 3 sent')) await once(child.stdout, 'data')
    await push(['order 4 sent'])
    while (!text.includes('order 4 sent')) await once(child.stdout, 'data')
    child.kill()
    await once(child, 'exit')
    expect(text.split('\n').slice(0, 4)).toEqual([...LINES, 'order 4 sent'])
  })

  test('the same by `weir logs`, page by page', async () => {
    const many = Array.from({ length: 2500 }, (_, i) => `line ${i}`)
    await push(many)
    const args = ['-n', '2400', '-o', 'raw', '--server', process_.web]
    const found = await weir('logs', 'search', '{app="shop"} |= "line "', ...args)
    expect(found.code).toBe(0)
    expect(found.out.trimEnd().split('\n')).toEqual(many.toReversed().slice(0, 2400))
  })
})
