import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { systemClock } from '@weir/model'
import * as fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openLog } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { MemoryDoor } from '../sockets/testing/memory-door.ts'
import { syslogConfig } from './config.ts'
import { SyslogFrames } from './octet-frames.ts'
import { type SyslogListener, listenSyslog } from './syslog-listener.ts'
import { wallClockOf } from './wall-clock.ts'

let door = new MemoryDoor()
let registry = new Registry()
const open: { listener?: SyslogListener; sockets: Socket[] } = { sockets: [] }

afterEach(async () => {
  for (const socket of open.sockets) socket.destroy()
  open.sockets = []
  await open.listener?.[Symbol.asyncDispose]()
  delete open.listener
})

async function listen(config: object): Promise<number> {
  door = new MemoryDoor()
  registry = new Registry()
  open.listener = await listenSyslog({
    config: syslogConfig.parse(config),
    door,
    telemetry: { registry, log: openLog('silent') },
    clock: { ...systemClock, sleep: () => new Promise((resolve) => setImmediate(resolve)) },
  })
  return Number(open.listener.addresses[0]!.address.split(':')[1])
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  open.sockets.push(socket)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

function refused(): Record<string, number> {
  const family = registry.collect().find(({ name }) => name === 'weir_logs_syslog_refused_total')
  return Object.fromEntries(
    family!.samples.map(({ labels, value }) => [labels.get('reason'), value]),
  )
}

const TCP = { tcp_listen: '127.0.0.1:0' }

describe('TCP', () => {
  test('a sender that allow_from does not name is hung up on and counted', async () => {
    const socket = await dial(await listen({ ...TCP, allow_from: ['10.0.0.0/8'] }))
    socket.resume()
    await once(socket, 'close')
    expect(refused()).toEqual({ not_allowed: 1 })
  })

  test('a message becomes a line, its head labels and what is beside the line', async () => {
    const socket = await dial(await listen(TCP))
    socket.write(
      '<165>1 2003-10-11T22:14:15.003Z web-1 orders 42 ID47 [a@1 k="v"] payment failed\n<13>Jan  1 00:00:00 root: x\n',
    )
    await door.until(2)
    expect(door.lines[0]).toEqual({
      labels: '{app_name="orders", host="web-1", service_name="orders"}',
      timeNs: 1_065_910_455_003_000_000n,
      severity: 10,
      line: 'payment failed',
      metadata: ['facility', 'local4', 'proc_id', '42', 'msg_id', 'ID47', 'a@1_k', 'v'],
    })
    // no host: it is who sent
    expect(door.lines[1]!.labels).toBe('{app_name="root", host="127.0.0.1", service_name="root"}')
  })

  test('lengths before messages, which may have newlines', async () => {
    const socket = await dial(await listen(TCP))
    const message = '<14>1 - h a - - - one\ntwo'
    socket.write(`${message.length} ${message}9 <13>short`)
    await door.until(2)
    expect(door.lines.map(({ line }) => line)).toEqual(['one\ntwo', 'short'])
  })

  test('a message that is too long is passed over, and the next one is taken', async () => {
    const port = await listen({ ...TCP, max_message_bytes: 480 })
    for (const [i, frame] of [
      (text: string): string => `${text}\n`,
      (text: string): string => `${text.length} ${text}`,
    ].entries()) {
      const socket = await dial(port)
      socket.write(frame(`<13>${'x'.repeat(100_000)}`) + frame('<13>next'))
      await door.until(i + 1)
    }
    expect(refused()).toEqual({ too_long: 2 })
  })

  test('where a length should be and is none, the connection ends', async () => {
    const socket = await dial(await listen(TCP))
    const gone = once(socket, 'close')
    socket.write('5 <13>xoops')
    await gone
    await door.until(1)
    expect(refused()).toEqual({ malformed_frame: 1 })
  })

  test('who is faster than the disk waits', async () => {
    const port = await listen({ ...TCP, max_queued_bytes: '64KiB' })
    const socket = await dial(port)
    door.hold()
    const line = `<13>${'x'.repeat(1000)}\n`
    const sent = 500
    socket.write(line.repeat(sent))
    await vi.waitFor(() => expect(door.heldCount).toBe(1))
    expect(door.lines).toHaveLength(0)
    door.release()
    await door.until(sent)
    expect(refused()).toEqual({})
  })

  test('what the store cannot keep now is kept later', async () => {
    const socket = await dial(await listen(TCP))
    door.isBroken = true
    socket.write('<13>a\n')
    await vi.waitFor(() => {
      const family = registry
        .collect()
        .find(({ name }) => name === 'weir_logs_syslog_retries_total')
      expect(family!.samples[0]!.value).toBeGreaterThan(1)
    })
    door.isBroken = false
    await door.until(1)
  })

  test('connections beyond the limit are closed', async () => {
    const port = await listen({ ...TCP, max_connections: 1 })
    await dial(port)
    await once(await dial(port), 'close')
    expect(refused()).toEqual({ too_many_connections: 1 })
  })
})

describe('UDP', () => {
  test('a datagram is a message; what finds no room is dropped and counted', async () => {
    const port = await listen({ udp_listen: '127.0.0.1:0', max_queued_bytes: '64KiB' })
    const socket = createSocket('udp4')
    const send = (text: string): Promise<void> =>
      new Promise((resolve) => socket.send(text, port, '127.0.0.1', () => resolve()))
    await send('<13>Jan  1 00:00:00 h a: x\n')
    await door.until(1)
    door.hold()
    for (let i = 0; i < 3; i++) {
      await send(`<13>${'x'.repeat(40_000)}`)
    }
    await vi.waitFor(() => expect(refused()).toEqual({ queue_full: 1 }))
    door.release()
    await door.until(3)
    expect(open.listener!.status()).toMatchObject([
      { kind: 'syslog-udp', lines: 3, rejected: { queue_full: 1 }, lastRejected: { line: '' } },
    ])
    socket.close()
  })
})

test('messages are the same in whatever pieces they come', () => {
  const texts = fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1 })
  fc.assert(
    fc.property(texts, fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (sent, sizes) => {
      const bytes = sent.map((text) => Buffer.from(text))
      const stream = Buffer.concat(bytes.flatMap((each) => [Buffer.from(`${each.length} `), each]))
      const taken: string[] = []
      const frames = new SyslogFrames(1000, {
        take: (message) => taken.push(Buffer.from(message).toString('hex')),
        refuse: () => expect.unreachable(),
      })
      for (let at = 0; at < stream.length;) {
        const to = at + sizes.next().value!
        expect(frames.push(stream.subarray(at, to))).toBe(true)
        at = to
      }
      frames.end()
      expect(taken).toEqual(bytes.map((each) => each.toString('hex')))
    }),
  )
})

describe('wall clocks', () => {
  test.each<[string, [number, number, number, number, number, number], string]>([
    ['UTC', [2026, 0, 3, 12, 0, 0], '2026-01-03T12:00:00.000Z'],
    ['Europe/Berlin', [2026, 0, 3, 12, 0, 0], '2026-01-03T11:00:00.000Z'],
    ['Europe/Berlin', [2026, 6, 3, 0, 30, 0], '2026-07-02T22:30:00.000Z'],
    // the night on which clocks go forward
    ['Europe/Berlin', [2026, 2, 29, 1, 59, 59], '2026-03-29T00:59:59.000Z'],
    ['Europe/Berlin', [2026, 2, 29, 3, 0, 0], '2026-03-29T01:00:00.000Z'],
    ['Asia/Kolkata', [2026, 0, 1, 0, 0, 0], '2025-12-31T18:30:00.000Z'],
  ])('%s %j is %s', (zone, parts, want) => {
    expect(new Date(wallClockOf(zone)(...parts)).toISOString()).toBe(want)
  })

  test('a zone that is none is refused', () => {
    expect(syslogConfig.safeParse({ time_zone: 'Mars/Olympus' }).success).toBe(false)
  })
})
