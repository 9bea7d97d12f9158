/**
 * StatsD intake against statsd_exporter: CPU per received line and resident memory, the same packets and
 * the same mapping into each, one after the other, each in a process of its own. Prints ratios.
 *
 * The exporter is found on PATH or in the folder that `WEIR_PEERS` names; without it only Weir is
 * measured. Linux only: CPU time is read from /proc. `BENCH_ROUNDS` for more than one round.
 */
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'

import { cpuMs, resident } from './process.ts'
import { MAPPING, introduction, traffic } from './statsd-lines.ts'
import {
  type Subject,
  findExporter,
  sendPaced,
  settled,
  startExporter,
  startIntake,
} from './statsd-sides.ts'

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 1)
const BUFFER_BYTES = 8 * 2 ** 20

interface Figures {
  readonly microsPerLine: number
  readonly receivedRatio: number
  readonly residentMiB: number
}

interface Shape {
  readonly seriesCount: number
  readonly linesPerPacket: number
  readonly packetCount: number
}

const SHAPES: readonly Shape[] = [
  { seriesCount: 1000, linesPerPacket: 30, packetCount: 15_000 },
  { seriesCount: 1000, linesPerPacket: 1, packetCount: 80_000 },
  { seriesCount: 50_000, linesPerPacket: 30, packetCount: 15_000 },
  { seriesCount: 50_000, linesPerPacket: 1, packetCount: 80_000 },
]

async function measure(subject: Subject, shape: Shape): Promise<Figures> {
  const { seriesCount, linesPerPacket, packetCount } = shape
  const packets = traffic(seriesCount, packetCount, linesPerPacket)
  const pace = linesPerPacket > 1 ? 4 : 16 // both can keep up; a flood would measure the kernel's drops
  const socket = createSocket('udp4')
  await sendPaced(socket, subject.port, introduction(seriesCount), 2)
  // Both get the same time to reach their stride.
  await sendPaced(socket, subject.port, packets.slice(0, packets.length / 3), pace)
  await settled(subject)
  const lines = await subject.lines()
  const cpu = cpuMs(subject.pid)
  await sendPaced(socket, subject.port, packets, pace)
  await settled(subject)
  const received = (await subject.lines()) - lines
  const spentMs = cpuMs(subject.pid) - cpu
  socket.close()
  return {
    microsPerLine: (spentMs * 1000) / received,
    receivedRatio: received / (packets.length * linesPerPacket),
    residentMiB: resident(subject.pid).allMiB,
  }
}

async function run(start: () => Promise<Subject>, shape: Shape): Promise<Figures> {
  const subject = await start()
  try {
    return await measure(subject, shape)
  } finally {
    await subject.stop()
  }
}

function show(figures: Figures): string {
  const { microsPerLine, residentMiB, receivedRatio } = figures
  const lost = receivedRatio < 0.995 ? ` (received ${(receivedRatio * 100).toFixed(0)} %)` : ''
  return `${microsPerLine.toFixed(2)} µs/line ${residentMiB.toFixed(0)} MiB${lost}`
}

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
try {
  const mappingFile = join(folder, 'mapping.yml')
  writeFileSync(mappingFile, MAPPING)
  const exporter = findExporter()
  if (exporter === undefined) console.log('statsd_exporter: not found, only Weir is measured')
  for (const shape of Array.from({ length: ROUNDS }, () => SHAPES).flat()) {
    const label = `${shape.seriesCount} series, ${shape.linesPerPacket} lines a packet`
    const ours = await run(() => startIntake(mappingFile), shape)
    if (exporter === undefined) {
      console.log(`${label}: Weir ${show(ours)}`)
      continue
    }
    const theirs = await run(() => startExporter(exporter, mappingFile, BUFFER_BYTES), shape)
    const speed = (theirs.microsPerLine / ours.microsPerLine).toFixed(1)
    const memory = (ours.residentMiB / theirs.residentMiB).toFixed(2)
    console.log(
      `${label}: Weir ${show(ours)}, statsd_exporter ${show(theirs)}: ${speed}x lines per CPU-second, ${memory}x memory, load ${loadavg()[0]!.toFixed(0)}`,
    )
  }
} finally {
  rmSync(folder, { recursive: true })
}
