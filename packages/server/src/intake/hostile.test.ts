import { mkdtempSync, rmSync } from 'node:fs'
import { type Socket, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import {
  type Started,
  closeAll,
  linesCome,
  openTcp,
  page,
  sendUdp,
  start,
  value,
} from './testing/intake-stand.ts'
import { sendUnixgram } from './testing/unixgram-client.ts'

/** Senders that mean harm, or are broken: what they cost is bounded and counted, the others go on. */

const folder = mkdtempSync(join(tmpdir(), 'weir-hostile-'))
const clients: Socket[] = []
let paths = 0
const newPath = (): string => join(folder, `${++paths}.sock`)

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await closeAll()
})
afterAll(() => rmSync(folder, { recursive: true }))

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path }, () => resolve(socket))
    socket.on('error', reject)
    clients.push(socket)
  })
}

const rejected = ({ intake }: Started): Record<string, number> =>
  Object.assign({}, ...intake.status().map((way) => way.rejected)) as Record<string, number>

test('a flood of connections is held at the limit, those that are there are served', async () => {
  const path = newPath()
  const listeners = [{ unixstream: path, max_connections: 20 }]
  const weir = await start({ listen: '', listeners })
  const first = await open(path)
  first.write('a:1|c\n')
  await linesCome(weir, 1)
  const flood = await Promise.all(Array.from({ length: 300 }, () => open(path)))
  for (const socket of flood) socket.on('error', () => undefined).resume()
  await vi.waitFor(() =>
    expect(value(weir.registry, 'weir_statsd_connections_refused_total')).toBe(281),
  )
  expect(value(weir.registry, 'weir_statsd_connections')).toBe(20)
  first.write('a:1|c\n')
  await linesCome(weir, 2)
  expect(page(weir)).toEqual(['a 2'])
  for (const socket of flood) socket.destroy()
  await vi.waitFor(() => expect(value(weir.registry, 'weir_statsd_connections')).toBe(1))
})

test('a half-closed connection ends when its last line is taken', async () => {
  const weir = await start()
  const socket = await openTcp(weir)
  clients.push(socket)
  socket.resume()
  socket.end('a:1|c')
  await new Promise((resolve) => socket.on('close', resolve))
  await linesCome(weir, 1)
  expect(page(weir)).toEqual(['a 1'])
})

test('lines that never end cost no more than the limit, on however many connections', async () => {
  const path = newPath()
  const listeners = [{ unixstream: path, framing: 'newline', max_line_bytes: '1KiB' }]
  const weir = await start({ listen: '', listeners })
  const endless = await Promise.all(Array.from({ length: 20 }, () => open(path)))
  const much = Buffer.alloc(256 * 1024, 'x')
  const before = process.memoryUsage().arrayBuffers
  // 100 MiB of line in all.
  for (let i = 0; i < 20; i++) {
    await Promise.all(
      endless.map((socket) => new Promise<void>((resolve) => socket.write(much, () => resolve()))),
    )
  }
  await vi.waitFor(() => expect(rejected(weir)['line_too_long']).toBe(20)) // once each, however long
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024)
  endless[0]!.write('\na:1|c\n')
  await vi.waitFor(() => expect(page(weir)).toEqual(['a 1']))
})

test('bytes that trickle in one by one are whole lines and packets all the same', async () => {
  const path = newPath()
  const weir = await start({ listen: '', listeners: [{ unixstream: path }] })
  const [byLine, byLength] = [await open(path), await open(path)]
  for (const socket of [byLine, byLength]) socket.setNoDelay(true)
  const trickle = async (socket: Socket, bytes: Buffer): Promise<void> => {
    for (const byte of bytes) {
      await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await Promise.all([
    trickle(byLine, Buffer.from('a:1|c\na:1|c\n')),
    trickle(byLength, Buffer.from('\x05\0\0\0a:1|c\x06\0\0\0a:2|c\n', 'latin1')),
  ])
  await linesCome(weir, 4)
  expect(page(weir)).toEqual(['a 5'])
})

test('lengths that lie are refused, or found out when nothing follows', async () => {
  const path = newPath()
  const listeners = [{ unixstream: path, framing: 'length', max_packet_bytes: '64000' }]
  const weir = await start({ listen: '', listeners })
  const liars = await Promise.all(Array.from({ length: 50 }, () => open(path)))
  // Half promise what may be and send nothing of it, half promise what may not be.
  for (const [i, liar] of liars.entries()) {
    liar.on('error', () => undefined).resume()
    liar.write(Buffer.from(i % 2 === 0 ? [0, 0xfa, 0, 0] : [0xff, 0xff, 0xff, 0xff]))
  }
  await vi.waitFor(() => expect(rejected(weir)).toEqual({ packet_too_long: 25 }))
  for (const liar of liars) liar.destroy()
  // Those that promised and sent nothing are cut short.
  await vi.waitFor(() => expect(rejected(weir)).toEqual({ packet_too_long: 25, packet_cut: 25 }))
})

test('tiny packets without end are counted one by one', async () => {
  const path = newPath()
  const weir = await start({ listen: '', listeners: [{ unixgram: path }] })
  let sent = 0
  while (sent < 20_000) {
    try {
      sendUnixgram(path, ...Array<string>(10).fill('x'))
      sent += 10
    } catch {
      await new Promise((resolve) => setImmediate(resolve)) // full
    }
  }
  sendUnixgram(path, 'last:1|c')
  await vi.waitFor(() => expect(page(weir)).toEqual(['last 1']))
  expect(rejected(weir)['malformed_line']).toBeGreaterThanOrEqual(sent)
})

test('random bytes by every way leave it standing', async () => {
  const [gram, stream] = [newPath(), newPath()]
  const weir = await start({
    listeners: [{ unixgram: gram }, { unixstream: stream }],
    relay: [{ address: '127.0.0.1:9' }],
  })
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .string({ unit: fc.constantFrom(...Array.from('_e{1,2}:|sc#\n\r@T0')), maxLength: 80 })
      .map((text) => Buffer.from(text)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(noise, { maxLength: 6 }), async (chunks) => {
      const socket = await open(stream)
      socket.on('error', () => undefined)
      for (const chunk of chunks) {
        socket.write(chunk)
        try {
          sendUnixgram(gram, Buffer.from(chunk))
        } catch {
          await new Promise((resolve) => setImmediate(resolve)) // full
        }
      }
      socket.destroy()
    }),
    { numRuns: 150 },
  )
  await sendUdp(weir, 'alive:1|c')
  await vi.waitFor(() => expect(page(weir).join()).toContain('alive 1'))
})
