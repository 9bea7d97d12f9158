import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { type AddressInfo, type Server, createServer } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { findPeer, freePort, stopped } from '../http/testing/peers.ts'
import { closeAll, linesCome, page, sendUdp, start, value } from './testing/intake-stand.ts'

const closers: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  await closeAll()
  for (const close of closers.splice(0)) await close()
})

/** A StatsD server that keeps its packets. */
async function udpTarget(): Promise<{ address: string; packets: string[] }> {
  const socket = createSocket('udp4')
  const packets: string[] = []
  socket.on('message', (packet) => packets.push(packet.toString('latin1')))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  closers.push(() => new Promise<void>((resolve) => socket.close(resolve)))
  return { address: `127.0.0.1:${socket.address().port}`, packets }
}

async function tcpTarget(
  port = 0,
): Promise<{ address: string; text: () => string; server: Server }> {
  let text = ''
  const server = createServer((socket) => socket.on('data', (chunk) => (text += chunk.toString())))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    text: () => text,
    server,
  }
}

const relayTo = (...relay: readonly object[]): object => ({ relay })

test('lines go on as they came, bad ones too, to every target, at the latest after a second', async () => {
  const [udp, tcp] = [await udpTarget(), await tcpTarget()]
  const weir = await start(
    relayTo({ address: udp.address }, { address: tcp.address, protocol: 'tcp' }),
  )
  const lines = 'a:1|c\r\n\nbad\nb:2|g|#x:y\n_sc|n|0'
  await sendUdp(weir, lines)
  await linesCome(weir, 4)
  expect(udp.packets).toEqual([])
  weir.clock.move(1000)
  const want = 'a:1|c\nbad\nb:2|g|#x:y\n_sc|n|0\n'
  await vi.waitFor(() => expect([udp.packets, tcp.text()]).toEqual([[want], want]))
  await vi.waitFor(() => expect(value(weir.registry, 'weir_statsd_relay_lines_total')).toBe(8))
})

test('packets are filled up to packet_length, longer lines stay here', async () => {
  const udp = await udpTarget()
  const weir = await start(relayTo({ address: udp.address, packet_length: 64 }))
  const long = `${'n'.repeat(59)}:1|c\n` // 63 bytes and a newline: fits
  await sendUdp(weir, `${long}n${long}${'a:1|c\n'.repeat(12)}`)
  await linesCome(weir, 14)
  weir.clock.move(1000)
  await vi.waitFor(() =>
    expect(udp.packets).toEqual([long, 'a:1|c\n'.repeat(10), 'a:1|c\n'.repeat(2)]),
  )
  const loss = weir.registry
    .collect()
    .find(({ name }) => name === 'weir_statsd_relay_lines_dropped_total')!
  expect(loss.samples.map(({ labels, value: count }) => [labels.get('reason'), count])).toEqual([
    ['line_too_long', 1],
  ])
})

test('a target that is not there costs the intake nothing, and what waits is bounded', async () => {
  const gone = await tcpTarget()
  gone.server.close()
  const weir = await start(
    relayTo({
      address: gone.address,
      protocol: 'tcp',
      packet_length: 1400,
      max_queued_bytes: '64KiB',
    }),
  )
  const packet = `${'x'.repeat(1000)}:1|c\n`.repeat(20)
  for (let i = 0; i < 20; i++) await sendUdp(weir, packet)
  await linesCome(weir, 400)
  expect(page(weir)[0]).toMatch(/ 400$/)
  expect(value(weir.registry, 'weir_statsd_relay_lines_dropped_total')).toBeGreaterThan(300)

  // It comes back: what waited arrives, and what comes then.
  const back = await tcpTarget(Number(gone.address.split(':')[1]))
  await vi.waitFor(() => {
    weir.clock.move(30_000)
    expect(back.text().length).toBeGreaterThan(10_000)
  })
  await sendUdp(weir, 'last:1|c')
  await linesCome(weir, 401)
  weir.clock.move(1000)
  await vi.waitFor(() => expect(back.text()).toContain('last:1|c\n'))
})

test('closing sends what was packed', async () => {
  const [udp, tcp] = [await udpTarget(), await tcpTarget()]
  const weir = await start(
    relayTo({ address: udp.address }, { address: tcp.address, protocol: 'tcp' }),
  )
  await sendUdp(weir, 'a:1|c')
  await linesCome(weir, 1)
  await closeAll()
  await vi.waitFor(() => expect([udp.packets, tcp.text()]).toEqual([['a:1|c\n'], 'a:1|c\n']))
})

test('relaying to oneself is refused', async () => {
  const free = await udpTarget()
  await closers.pop()!()
  const config = { listen: free.address, tcp_listen: '', ...relayTo({ address: free.address }) }
  await expect(start(config)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

const exporter = findPeer('statsd_exporter')
describe.runIf(exporter !== undefined)('to a real statsd_exporter', () => {
  test.each(['udp', 'tcp'])('by %s, it counts what Weir counts', async (protocol) => {
    const [statsd, web] = [await freePort(), await freePort()]
    const child = spawn(
      exporter!,
      [
        `--statsd.listen-udp=127.0.0.1:${statsd}`,
        `--statsd.listen-tcp=127.0.0.1:${statsd}`,
        `--web.listen-address=127.0.0.1:${web}`,
      ],
      { stdio: 'ignore' },
    )
    closers.push(() => stopped(child))
    const theirs = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${web}/metrics`)).text()
    await vi.waitFor(theirs, { timeout: 60_000 })
    const weir = await start(relayTo({ address: `127.0.0.1:${statsd}`, protocol }))
    await sendUdp(weir, 'shop.orders:3|c\nshop.depth:7|g\nnonsense', 'shop.orders:4|c|#env:a')
    await linesCome(weir, 4)
    weir.clock.move(1000)
    await vi.waitFor(
      async () => {
        const text = await theirs()
        expect(text).toMatch(/^shop_orders 3$/m)
        expect(text).toMatch(/^shop_orders\{env="a"\} 4$/m)
        expect(text).toMatch(/^shop_depth 7$/m)
        expect(text).toMatch(/^statsd_exporter_sample_errors_total\{reason="malformed_line"\} 1$/m)
      },
      { timeout: 60_000 },
    )
  })
})
