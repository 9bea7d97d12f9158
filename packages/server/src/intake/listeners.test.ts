import {
  chmodSync,
  existsSync,
  linkSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { type Socket, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { statsdConfig } from '../statsd/config.ts'
import { closeAll, linesCome, page, sendUdp, start, value } from './testing/intake-stand.ts'
import { sendUnixgram } from './testing/unixgram-client.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-sockets-'))
let sockets = 0
const newPath = (): string => join(folder, `${++sockets}.sock`)

afterEach(closeAll)
afterAll(() => rmSync(folder, { recursive: true }))

const only = (listener: object): object => ({ listen: '', listeners: [listener] })

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path }, () => resolve(socket))
    socket.on('error', reject)
  })
}

function framed(packet: string): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(Buffer.byteLength(packet))
  return Buffer.concat([head, Buffer.from(packet)])
}

test('several listeners feed the same series, each is counted', async () => {
  const [gram, stream] = [newPath(), newPath()]
  const weir = await start({
    listeners: [
      { udp: '[::1]:0' },
      { tcp: '127.0.0.1:0' },
      { unixgram: gram },
      { unixstream: stream },
    ],
  })
  const { addresses } = weir.intake
  expect(addresses.map(({ kind }) => kind)).toEqual([
    'statsd-udp',
    'statsd-tcp',
    'statsd-udp',
    'statsd-tcp',
    'statsd-unixgram',
    'statsd-unixstream',
  ])
  await sendUdp(weir, 'a:1|c')
  const tcp = connect(Number(addresses[3]!.address.split(':').at(-1)), '127.0.0.1')
  tcp.end('a:10|c\n')
  sendUnixgram(gram, 'a:100|c\na:100|c', 'bad')
  const unix = await open(stream)
  unix.end(framed('a:1000|c'))
  await linesCome(weir, 6)
  expect(page(weir)).toEqual(['a 1211'])
  const status = weir.intake.status().map(({ lines, rejected }) => [lines, rejected])
  expect(status).toEqual([
    [1, {}],
    [0, {}],
    [0, {}],
    [1, {}],
    [3, { malformed_line: 1 }],
    [1, {}],
  ])
  await weir.intake.flush()
  expect(value(weir.registry, 'weir_statsd_lines_total')).toBe(6)
  const family = weir.registry.collect().find(({ name }) => name === 'weir_statsd_lines_total')!
  expect(family.samples.map(({ labels }) => labels.get('listener'))).toEqual(
    addresses.map(({ address }) => address),
  )
})

test('each listener reads lines its own way, and the same bytes may be two series', async () => {
  const [plain, other] = [newPath(), newPath()]
  const options = { gauges: 'absolute', timer_unit: 's', parse_influxdb_tags: false }
  const weir = await start({
    listen: '',
    timer_unit: 'us',
    listeners: [{ unixgram: plain }, { unixgram: other, ...options }],
  })
  sendUnixgram(plain, 'depth,x=y:5|g\ndepth,x=y:-2|g\nt:3|ms')
  sendUnixgram(other, 'depth,x=y:5|g\ndepth,x=y:-2|g\nt:3|ms')
  await linesCome(weir, 6)
  expect(page(weir)).toEqual(
    expect.arrayContaining(['depth{x="y"} 3', 'depth_x_y -2', 't_sum 3.000003']),
  )
})

describe('Unix datagrams', () => {
  test('empty ones, long ones, and those too long', async () => {
    const path = newPath()
    const weir = await start(only({ unixgram: path }))
    const longest = `a:1|c\n${'b:1|c\n'.repeat(2000)}`.slice(0, 8192)
    sendUnixgram(path, '', longest, `${longest}x`, 'c:1|c')
    await vi.waitFor(() => expect(page(weir)).toContain('c 1'))
    expect(page(weir)[0]).toBe('a 1')
    expect(weir.intake.status()[0]!.rejected).toMatchObject({ packet_too_long: 1 })
  })

  test('many are taken without loss, senders wait', async () => {
    const path = newPath()
    const weir = await start(only({ unixgram: path }))
    let sent = 0
    while (sent < 5000) {
      try {
        sendUnixgram(path, 'a:1|c\n'.repeat(30))
        sent++
      } catch {
        await new Promise((resolve) => setImmediate(resolve)) // full; the reader has its turn
      }
    }
    await linesCome(weir, 150_000)
    expect(page(weir)).toEqual(['a 150000'])
  })

  test('an abstract name is no file', async () => {
    const name = `@weir-test-${process.pid}`
    const weir = await start(only({ unixgram: name }))
    sendUnixgram(name, 'a:1|c')
    await linesCome(weir, 1)
    await expect(start(only({ unixgram: name }))).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' })
    await closeAll()
    await start(only({ unixgram: name })) // free again
  })
})

describe.each(['unixgram', 'unixstream'])('the file of a %s socket', (transport) => {
  test('has the mode that was asked for, and goes with the listener', async () => {
    const path = newPath()
    await start(only({ [transport]: path, mode: '0755' }))
    expect(statSync(path).mode & 0o777).toBe(0o755)
    await closeAll()
    expect(existsSync(path)).toBe(false)
    await start(only({ [transport]: path }))
    expect(statSync(path).mode & 0o777).toBe(0o722)
  })

  test('that a dead program left is replaced', async () => {
    const path = newPath()
    await leaveSocketAt(path)
    const weir = await start(only({ [transport]: path }))
    expect(weir.intake.addresses[0]!.address).toBe(path)
  })

  test('that somebody listens on stays theirs', async () => {
    const path = newPath()
    await start(only({ [transport]: path }))
    await expect(start(only({ [transport]: path }))).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: expect.stringContaining(path) as string,
    })
    expect(existsSync(path)).toBe(true)
  })

  test('that is no socket stays', async () => {
    const path = newPath()
    writeFileSync(path, 'precious')
    await expect(start(only({ [transport]: path }))).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
    })
    expect(existsSync(path)).toBe(true)
  })

  test('in a folder that is not there is told', async () => {
    await expect(start(only({ [transport]: join(folder, 'no', 'x.sock') }))).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
      message: expect.stringMatching(/ENOENT|EACCES/) as string,
    })
  })
})

/** A socket file without a listener. */
async function leaveSocketAt(path: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(`${path}.first`, resolve))
  // Node removes the file it bound to; this one it does not know.
  linkSync(`${path}.first`, path)
  chmodSync(path, 0o700)
  await new Promise((resolve) => server.close(resolve))
}

describe('Unix streams', () => {
  test('take lengths and newlines, told apart by each connection', async () => {
    const path = newPath()
    const weir = await start(only({ unixstream: path }))
    const [byLength, byLine] = [await open(path), await open(path)]
    byLength.write(framed('a:1|c\na:1|c'))
    byLine.write('a:10|c\na:1')
    await linesCome(weir, 3)
    byLine.end('0|c')
    byLength.end(framed('a:1|c'))
    await linesCome(weir, 5)
    expect(page(weir)).toEqual(['a 23'])
  })

  test('a length that lies ends its connection only', async () => {
    const path = newPath()
    const weir = await start(only({ unixstream: path, framing: 'length' }))
    const [liar, honest] = [await open(path), await open(path)]
    liar.resume()
    liar.write(Buffer.from([0xff, 0xff, 0xff, 0x7f]))
    await new Promise((resolve) => liar.on('close', resolve))
    honest.end(framed('a:1|c'))
    await linesCome(weir, 2)
    expect(page(weir)).toEqual(['a 1'])
    expect(weir.intake.status()[0]!.rejected).toEqual({ packet_too_long: 1 })
  })
})

test('a last line without a newline is refused where one is required', async () => {
  const path = newPath()
  const weir = await start(only({ unixgram: path, eol_required: true }))
  sendUnixgram(path, 'a:1|c\nb:1', 'c:1|c', 'd:1|c\n')
  await linesCome(weir, 4)
  expect(page(weir)).toEqual(['a 1', 'd 1'])
  expect(weir.intake.status()[0]).toMatchObject({
    rejected: { unterminated_line: 2 },
    lastRejected: { line: 'c:1|c', reason: 'unterminated_line' },
  })
})

test('packets that found no room in the receive buffer are counted', async () => {
  const weir = await start({ tcp_listen: '', read_buffer: '2KiB' })
  const packet = 'x:1|c\n'.repeat(200)
  expect(weir.intake.status()[0]!.dropped).toBe(0)
  // All in one turn, so that nobody reads meanwhile.
  await Promise.all(Array.from({ length: 200 }, () => sendUdp(weir, packet)))
  await vi.waitFor(async () => {
    await weir.intake.flush()
    const { dropped, lines } = weir.intake.status()[0]!
    expect(dropped).toBeGreaterThan(0)
    expect(dropped! + lines / 200).toBe(200)
  })
  expect(value(weir.registry, 'weir_statsd_packets_dropped_total')).toBe(
    weir.intake.status()[0]!.dropped,
  )
})

test.each([
  [{}, 'want one of udp, tcp, unixgram and unixstream, got none'],
  [{ udp: ':1', tcp: ':1' }, 'got udp and tcp'],
  [{ udp: '' }, 'leave the listener out'],
  [{ udp: ':1', mode: '777' }, 'a udp listener has no such key, only unixgram and unixstream'],
  [{ tcp: ':1', read_buffer: '1MiB' }, 'a tcp listener has no such key'],
  [{ unixgram: '/x', framing: 'length' }, 'a unixgram listener has no such key'],
  [{ unixstream: `/${'x'.repeat(107)}` }, 'at most 107 bytes'],
  [{ unixstream: '/x', mode: '888' }, 'octal mode'],
  [{ unixgram: '/x', max_packet_bytes: '1MiB' }, 'want 16 bytes to 65535'],
  [{ udp: ':1', eol: true }, 'eol'],
])('listener %j is refused', (listener, why) => {
  const result = statsdConfig.safeParse({ listeners: [listener] })
  expect(result.error?.message).toContain(why)
})

test.each([['722'], [722], ['0722'], ['0o722']])('mode %j is octal', (mode) => {
  const { listeners } = statsdConfig.parse({ listeners: [{ unixgram: '/x', mode }] })
  expect(listeners[0]!.mode).toBe(0o722)
})
