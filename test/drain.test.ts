import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type WeirProcess, eventually, sendUdp, startWeir, value } from './weir-process.ts'

const BASE = 'packs: { disabled: [weir] }\n'

const POLL = {
  instance: 'a',
  service: 'shop',
  host: 'h',
  pid: 1,
  language: 'node',
  loggersVersion: 1,
  loggers: { root: { effective: 'info' } },
  applied: [],
}

/** A connection by hand: what was sent to it so far, and whether it has ended. */
function dial({ web }: WeirProcess, first: string) {
  const { hostname, port } = new URL(web)
  const socket: Socket = connect(Number(port), hostname)
  const got = { text: '', ended: false }
  socket.on('data', (bytes: Buffer) => (got.text += bytes.toString('latin1')))
  socket.on('error', () => undefined)
  socket.on('close', () => (got.ended = true))
  socket.write(first)
  return { socket, got }
}

const UPGRADE = `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${Buffer.alloc(16).toString('base64')}\r\n`

const head = (method: string, path: string, more = ''): string =>
  `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${more}`

test('SIGTERM ends tails and polls, lets what is under way finish, and keeps what came last', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'weir-drain-'))
  try {
    // Long intervals: only the end itself can store the count.
    const config = `${BASE}statsd: { flush_interval: 1h }\n`
    {
      await using weir = await startWeir({ config, dataDir })
      const line = '{"message":"last words"}\n'
      const insert = head('POST', '/insert/jsonline', `content-length: ${line.length}\r\n\r\n`)
      const sending = dial(weir, `${insert}${line.slice(0, 5)}`)
      const asking = dial(weir, head('GET', '/-/ready'))
      const idle = dial(weir, `${head('GET', '/-/ready')}\r\n`)
      const polled = (overridesVersion: string, waitMs: number): Promise<Response> => {
        const body = JSON.stringify({ ...POLL, overridesVersion, waitMs })
        const headers = { 'content-type': 'application/json' }
        return fetch(`${weir.web}/api/weir/v1/loggers/poll`, { method: 'POST', headers, body })
      }
      const first = (await (await polled('', 0)).json()) as { readonly overridesVersion: string }
      const held = polled(first.overridesVersion, 30_000)
      const wanted = '/loki/api/v1/tail?query=%7Ba%3D%22b%22%7D'
      const tail = dial(weir, `${head('GET', wanted, UPGRADE)}\r\n`)
      await eventually('the tail to be open', async () => tail.got.text.includes('101 Switching'))
      await eventually('the idle one to be answered', async () => idle.got.text.includes('Ready'))
      await sendUdp(weir.statsdPort, ['orders:3|c'])
      await eventually('the count to be there', async () =>
        (await (await fetch(`${weir.web}/metrics`)).text()).includes('orders 3'),
      )
      weir.signal('SIGTERM')
      // A close frame: going away.
      await eventually('the tail to be ended', async () => tail.got.text.includes('\u0003\u00e9'))
      tail.socket.destroy()
      expect((await held).status).toBe(200)
      await eventually('the idle one to be hung up on', async () => idle.got.ended)
      asking.socket.write('\r\n')
      await eventually('an answer', async () => asking.got.text.includes('it is stopping'))
      expect(asking.got.text).toContain('503')
      await expect(fetch(`${weir.web}/-/healthy`)).rejects.toThrow('fetch failed')
      sending.socket.write(line.slice(5))
      await eventually('the line to be taken', async () => sending.got.text.includes('"lines":1'))
      expect(sending.got.text).toMatch(/^connection: close/im)
      expect(await weir.ended()).toBe(0)
      expect(weir.log()).toContain('Weir has stopped')
    }
    await using again = await startWeir({ config: BASE, dataDir })
    expect(await value(again.web, 'orders')).toBe(3)
    const query = encodeURIComponent("SELECT count(*) FROM logs WHERE line LIKE '%last words%'")
    const rows = await (await fetch(`${again.web}/api/weir/v1/logs/sql?query=${query}`)).text()
    expect(rows).toMatch(/\[\["?1"?\]\]/)
  } finally {
    rmSync(dataDir, { recursive: true })
  }
}, 120_000)

test('who never finishes is hung up on in time; a second signal does not wait', async () => {
  const half = head('POST', '/insert/jsonline', 'content-length: 100\r\n\r\n{"mess')
  {
    await using weir = await startWeir({ config: `${BASE}web: { drain_timeout: 2s }\n` })
    const slow = dial(weir, half)
    await eventually('it to be connected', async () => slow.socket.readyState === 'open')
    expect(await weir.stop()).toBe(0)
    expect(slow.got.ended).toBe(true)
  }
  await using weir = await startWeir({ config: `${BASE}web: { drain_timeout: 1h }\n` })
  const slow = dial(weir, half)
  await eventually('it to be connected', async () => slow.socket.readyState === 'open')
  weir.signal('SIGTERM')
  await eventually('the end to begin', async () => weir.log().includes('Weir is stopping'))
  expect(await weir.stop()).toBe(143)
}, 120_000)
