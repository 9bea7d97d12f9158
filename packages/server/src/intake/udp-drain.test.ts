import { type Socket, createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import { UdpDrain, openDrain } from './udp-drain.ts'

const sockets: Socket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4')
  sockets.push(socket)
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

/** A receiver that tells who read which packet: Node or the drain. */
async function receiver(): Promise<{
  readonly port: number
  readonly packets: string[]
  readonly byNode: string[]
}> {
  const socket = await bound()
  const packets: string[] = []
  const byNode: string[] = []
  const drain = await openDrain(socket, {
    wantedBytes: 0,
    take: (packet) => packets.push(Buffer.from(packet).toString()),
  })
  socket.on('message', (packet) => {
    packets.push(packet.toString())
    byNode.push(packet.toString())
    drain!.turn()
  })
  return { port: socket.address().port, packets, byNode }
}

async function send(port: number, packets: readonly string[]): Promise<void> {
  const socket = await bound()
  await Promise.all(
    packets.map(
      (packet) =>
        new Promise((resolve) => {
          socket.send(packet, port, '127.0.0.1', resolve)
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

test('packets that never end leave the rest of the thread its turns', async () => {
  let taken = 0
  const calls = { recv: () => 1 }
  const drain = new UdpDrain(calls, 0, { bufferBytes: 1, take: () => taken++ })
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
  expect(await openDrain(nowhere, { wantedBytes: 0, take: () => undefined })).toBe(undefined)
})
