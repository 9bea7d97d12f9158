/** Stands between a system and Weir: hands StatsD's datagrams on and keeps their lines. */
import { createSocket } from 'node:dgram'

export interface LineTap {
  readonly port: number
  /** Each line that went by, once. */
  lines(): string[]
  close(): void
}

export async function startLineTap(statsdPort: number): Promise<LineTap> {
  const lines = new Set<string>()
  const socket = createSocket('udp4')
  socket.on('message', (bytes) => {
    for (const line of bytes.toString().split('\n')) if (line !== '') lines.add(line)
    socket.send(bytes, statsdPort, '127.0.0.1')
  })
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve)
  })
  return { port: socket.address().port, lines: () => [...lines], close: () => socket.close() }
}
