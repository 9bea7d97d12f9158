/**
 * At which rate of StatsD packets the kernel begins to drop them, because the program does not read them in time: Weir's
 * intake beside statsd_exporter, each with its defaults, and Weir with the receive buffer that a system gives who asks
 * for none. Six seconds of 30 lines a packet for each rate, sent by a process of its own. `BENCH_RATES`, `BENCH_ROUNDS`.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'

import { cpuMs } from './process.ts'
import { MAPPING } from './statsd-lines.ts'
import {
  type Subject,
  findExporter,
  message,
  settled,
  startExporter,
  startIntake,
} from './statsd-sides.ts'

const RATES = (process.env['BENCH_RATES'] ?? '4000,8250,12000,16500,20000,24000')
  .split(',')
  .map(Number)
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 1)
const SECONDS = 6
const LINES = 30

/** The kernel's count of packets for which a UDP socket had no room. */
function dropsOf(port: number): number {
  const address = `:${port.toString(16).padStart(4, '0').toUpperCase()}`
  const rows = readFileSync('/proc/net/udp', 'utf8').trim().split('\n')
  const row = rows
    .map((text) => text.trim().split(/\s+/))
    .find((cells) => cells[1]!.endsWith(address))
  return Number(row?.at(-1) ?? Number.NaN)
}

async function offer(subject: Subject, perSecond: number, seconds: number): Promise<string> {
  const dropsBefore = dropsOf(subject.port)
  const linesBefore = await subject.lines()
  const cpuBefore = cpuMs(subject.pid)
  const sender = fork(new URL('./statsd-sender.js', import.meta.url), [
    String(subject.port),
    String(perSecond),
    String(seconds),
  ])
  const sent = (await message(sender)) as { sent: number; perSecond: number }
  await settled(subject)
  const packets = ((await subject.lines()) - linesBefore) / LINES
  const dropped = dropsOf(subject.port) - dropsBefore
  const micros = ((cpuMs(subject.pid) - cpuBefore) * 1000) / packets
  const part = ((dropped / sent.sent) * 100).toFixed(2)
  return (
    `${subject.name}, ${perSecond} packets/s (sent ${sent.perSecond.toFixed(0)}): dropped ${dropped} of ${sent.sent} (${part} %), ` +
    `received ${packets.toFixed(0)}, ${micros.toFixed(1)} µs a packet, load ${loadavg()[0]!.toFixed(0)}`
  )
}

async function run(start: () => Promise<Subject>, perSecond: number): Promise<void> {
  const subject = await start()
  try {
    await offer(subject, 2000, 3) // to reach its stride
    console.log(await offer(subject, perSecond, SECONDS))
  } finally {
    await subject.stop()
  }
}

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
try {
  const mappingFile = join(folder, 'mapping.yml')
  writeFileSync(mappingFile, MAPPING)
  const exporter = findExporter()
  if (exporter === undefined) console.log('statsd_exporter: not found, only Weir is measured')
  for (const rate of Array.from({ length: ROUNDS }, () => RATES).flat()) {
    await run(() => startIntake(mappingFile), rate)
    await run(async () => {
      const intake = await startIntake(mappingFile, '0')
      return { ...intake, name: 'Weir, read_buffer: 0' }
    }, rate)
    if (exporter !== undefined) await run(() => startExporter(exporter, mappingFile), rate)
  }
} finally {
  rmSync(folder, { recursive: true })
}
