/**
 * What a list of who may send (`statsd.allow_from`) costs a StatsD packet: Weir's intake without one and with one, in
 * turn, each in a process of its own, at 20,000 packets of one line a second. `BENCH_ROUNDS`, three unless told.
 */
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'

import { cpuMs } from './process.ts'
import { MAPPING, introduction, traffic } from './statsd-lines.ts'
import { sendPaced, settled, startIntake } from './statsd-sides.ts'

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
const PACKETS = 80_000
const PACKETS_PER_MS = 20
const SERIES = 1000
const LISTS: Readonly<Record<string, readonly string[]>> = {
  'no list': [],
  'a list': ['10.0.0.0/8', '192.168.0.0/16', '127.0.0.0/8', 'fd00::/8'],
}

async function measure(mappingFile: string, allowFrom: readonly string[]): Promise<string> {
  const subject = await startIntake(mappingFile, '8MiB', allowFrom)
  const socket = createSocket('udp4')
  try {
    const packets = traffic(SERIES, PACKETS, 1)
    await sendPaced(socket, subject.port, introduction(SERIES), 2)
    await sendPaced(socket, subject.port, packets.slice(0, PACKETS / 3), PACKETS_PER_MS)
    await settled(subject)
    const linesBefore = await subject.lines()
    const cpuBefore = cpuMs(subject.pid)
    await sendPaced(socket, subject.port, packets, PACKETS_PER_MS)
    await settled(subject)
    const received = (await subject.lines()) - linesBefore
    const micros = ((cpuMs(subject.pid) - cpuBefore) * 1000) / received
    return `${micros.toFixed(2)} µs a packet, received ${received} of ${PACKETS}`
  } finally {
    socket.close()
    await subject.stop()
  }
}

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
try {
  const mappingFile = join(folder, 'mapping.yml')
  writeFileSync(mappingFile, MAPPING)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, allowFrom] of Object.entries(LISTS)) {
      const measured = await measure(mappingFile, allowFrom)
      console.log(`${name}: ${measured}, load ${loadavg()[0]!.toFixed(0)}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
