import { createSocket } from 'node:dgram'
import { expect, test } from 'vitest'
import { eventually, getJson, sendTcp, startWeir, value } from './weir-process.ts'

interface Intake {
  readonly kind: string
  readonly lines: number
  readonly dropped?: number
}

interface Status {
  readonly residentBytes: number
}

const PACKETS = 1_000_000

test('a million tiny packets as fast as they can be sent: each is taken or counted as lost', async () => {
  await using server = await startWeir({ config: 'statsd: { flush_interval: 1s }' })
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.connect(server.statsdPort, '127.0.0.1', resolve))
  const packet = Buffer.from('x:1|c')
  const before = (await getJson<Status>(`${server.web}/api/weir/v1/status`)).residentBytes
  for (let sent = 0; sent < PACKETS; sent += 100) {
    const batch = Array.from(
      { length: 100 },
      () =>
        new Promise<void>((resolve, reject) =>
          socket.send(packet, (error) => (error ? reject(error) : resolve())),
        ),
    )
    await Promise.all(batch)
  }
  socket.close()
  const intake = async (): Promise<Intake> =>
    (await getJson<Intake[]>(`${server.web}/api/weir/v1/intakes`)).find(
      ({ kind }) => kind === 'statsd-udp',
    )!
  await eventually('all packets', async () => {
    const { lines, dropped = 0 } = await intake()
    return lines + dropped === PACKETS
  })
  const { lines } = await intake()
  expect(lines).toBeGreaterThan(PACKETS / 4)
  await eventually('the count', async () => (await value(server.web, 'x')) === lines)
  const after = (await getJson<Status>(`${server.web}/api/weir/v1/status`)).residentBytes
  expect(after - before).toBeLessThan(100 * 1024 * 1024)
  await sendTcp(server.statsdTcpPort, ['y:1|c'])
  await eventually('a line by another way', async () => (await value(server.web, 'y')) === 1)
}, 120_000)
