import { type Socket, createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import { Senders } from './senders.ts'
import { type PacketTaker, UdpDrain, openDrain } from './udp-drain.ts'

const sockets: Socket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

async function bound(host = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  sockets.push(socket)
  socket.bind(0, host)
  await once(socket, 'listening')
  return socket
}

const ANYBODY = { senders: new Senders([]), onStranger: () => undefined }

/** A receiver that tells who read which packet: Node or the drain. */
async function receiver(
  host = '127.0.0.1',
  taker: Pick<PacketTaker, 'senders' | 'onStranger'> = ANYBODY,
): Promise<{
  readonly port: number
  readonly packets: string[]
  readonly byNode: string[]
}> {
  const socket = await bound(host)
  const packets: string[] = []
  const byNode: string[] = []
  const drain = await openDrain(socket, {
    ...taker,
    wantedBytes: 0,
    take: (packet) => packets.push(Buffer.from(packet).toString()),
  })
  socket.on('message', (packet, { address }) => {
    if (taker.senders.has(address)) packets.push(packet.toString())
    else taker.onStranger()
    byNode.push(packet.toString())
    drain!.turn()
  })
  return { port: socket.address().port, packets, byNode }
}

async function send(port: number, packets: readonly string[], from = '127.0.0.1'): Promise<void> {
  const socket = await bound(from)
  await Promise.all(
    packets.map(
      (packet) =>
        new Promise((resolve) => {
          socket.send(packet, port, from.includes(':') ? '::1' : '127.0.0.1', resolve)
        }),
    ),
  )
}

test.runIf(process.platform === 'linux')(
  'what waits behind a packet is taken with it, in order, and Node is left the first',
  async () => {
    const { port, packets, byNode } = await receiver()
    const sent = Array.from({ length: 50 }, (_, i) => `packet ${i}`)
    sent[20] = ''
    sent[30] = 'x'.repeat(60_000)
    await send(port, sent)
    await vi.waitFor(() => expect(packets).toHaveLength(sent.length))
    expect(packets).toEqual(sent)
    expect(byNode.length).toBeLessThan(25)
  },
)

// Each listens to one address and hears two senders in turn, of whom one may send.
test.runIf(process.platform === 'linux').each([
  ['IPv4', '127.0.0.1', '127.0.0.1', '127.0.0.2', ['127.0.0.1']],
  ['IPv4 on a socket for both', '::', '127.0.0.2', '127.0.0.1', ['127.0.0.2/32', 'fd00::/8']],
  ['IPv6 on a socket for both', '::', '::1', '127.0.0.1', ['::1']],
  ['a network of the other family', '::', '127.0.0.1', '::1', ['0.0.0.0/0']],
])(
  'with a list of senders the drain still takes packets, and of those alone: %s',
  async (_, host, friend, stranger, allowed) => {
    let strangers = 0
    const senders = new Senders(allowed)
    const { port, packets, byNode } = await receiver(host, {
      senders,
      onStranger: () => strangers++,
    })
    const sent = Array.from({ length: 20 }, (__, i) => `packet ${i}`)
    for (let n = 0; n < 2; n++) {
      await Promise.all([send(port, sent, friend), send(port, ['bad', ...sent], stranger)])
    }
    await vi.waitFor(() => expect([packets.length, strangers]).toEqual([40, 42]))
    expect(packets).not.toContain('bad')
    expect(byNode.length).toBeLessThan(60)
  },
)

test('packets that never end leave the rest of the thread its turns', async () => {
  let taken = 0
  const calls = { recv: () => 1, recvfrom: () => -1 }
  const options = { ...ANYBODY, host: '127.0.0.1', bufferBytes: 1 }
  const drain = new UdpDrain(calls, 0, { ...options, take: () => taken++ })
  drain.turn()
  const first = taken
  // Node reads up to 32 packets in one turn; only the first of them opens the drain.
  for (let i = 0; i < 31; i++) drain.turn()
  expect(first).toBeGreaterThan(0)
  expect(taken).toBe(first)
  await new Promise((resolve) => setImmediate(resolve))
  drain.turn()
  expect(taken).toBeGreaterThan(first)
})

test('a socket that this process does not hold has no drain', async () => {
  const address = { address: '127.0.0.77', port: 1, family: 'IPv4' }
  const nowhere = { address: () => address } as unknown as Socket
  expect(await openDrain(nowhere, { ...ANYBODY, wantedBytes: 0, take: () => undefined })).toBe(
    undefined,
  )
})
