/** Stands between Airflow and Weir: passes every packet on and counts what it says. */
import { type Socket, createSocket } from 'node:dgram'

export interface Tap {
  readonly port: number
  /** Sum of the counter, or number of the timer's values, that went by under a name without prefix. */
  count(name: string): number
  /** When the first failed DAG run was announced, ms since 1970. */
  firstFailure(): number | undefined
  close(): void
}

export async function startTap(weirPort: number): Promise<Tap> {
  const socket: Socket = createSocket('udp4')
  const counts = new Map<string, number>()
  let firstFailureMs: number | undefined
  socket.on('message', (packet) => {
    socket.send(packet, weirPort, '127.0.0.1')
    for (const line of packet.toString('utf8').split('\n')) {
      const found = /^airflow\.([^,:]+)[^:]*:([^|]+)\|(c|ms)/.exec(line)
      if (!found) continue
      const [, name = '', value, type] = found
      counts.set(name, (counts.get(name) ?? 0) + (type === 'c' ? Number(value) : 1))
      if (name === 'dagrun.duration.failed.lab_failure') firstFailureMs ??= Date.now()
    }
  })
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve)
  })
  return {
    port: socket.address().port,
    count: (name) => counts.get(name) ?? 0,
    firstFailure: () => firstFailureMs,
    close: () => socket.close(),
  }
}
