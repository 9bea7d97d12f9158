/**
 * StatsD intake against statsd_exporter: CPU per received line and resident memory, the same packets and
 * the same mapping into each, one after the other, each in a process of its own. Prints ratios.
 *
 * The exporter is found on PATH or in the folder that `WEIR_PEERS` names; without it only Weir is
 * measured. Linux only: CPU time is read from /proc.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { type Socket, createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MAPPING, introduction, traffic } from './statsd-lines.ts'

/** A clock tick of /proc/PID/stat, on every Linux that matters. */
const TICK_MS = 10

interface Subject {
  readonly name: string
  readonly port: number
  readonly pid: number
  lines(): Promise<number>
  stop(): void
}

interface Figures {
  readonly microsPerLine: number
  readonly receivedRatio: number
  readonly residentMiB: number
}

async function measure(
  subject: Subject,
  seriesCount: number,
  packets: readonly Buffer[],
  linesPerPacket: number,
): Promise<Figures> {
  const socket = createSocket('udp4')
  await send(socket, subject.port, introduction(seriesCount), 2)
  // Both get the same time to reach their stride.
  await send(socket, subject.port, packets.slice(0, packets.length / 3), paceOf(linesPerPacket))
  await settled(subject)
  const lines = await subject.lines()
  const cpu = cpuMs(subject.pid)
  await send(socket, subject.port, packets, paceOf(linesPerPacket))
  await settled(subject)
  const received = (await subject.lines()) - lines
  const spentMs = cpuMs(subject.pid) - cpu
  socket.close()
  return {
    microsPerLine: (spentMs * 1000) / received,
    receivedRatio: received / (packets.length * linesPerPacket),
    residentMiB: residentMiB(subject.pid),
  }
}

/** Sends at a steady pace that both sides can keep up with; a flood would measure the kernel's drops. */
async function send(
  socket: Socket,
  port: number,
  packets: readonly Buffer[],
  packetsPerMs: number,
): Promise<void> {
  const began = performance.now()
  for (let sent = 0; sent < packets.length;) {
    const due = Math.min((performance.now() - began) * packetsPerMs, packets.length)
    for (; sent < due; sent++) socket.send(packets[sent]!, port, '127.0.0.1')
    await pause(1)
  }
}

/** Packets a millisecond. */
function paceOf(linesPerPacket: number): number {
  return linesPerPacket > 1 ? 4 : 16
}

/** Waits until the count of lines stands still. */
async function settled(subject: Subject): Promise<void> {
  for (let before = -1; ;) {
    const now = await subject.lines()
    if (now === before) return
    before = now
    await pause(400)
  }
}

function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}

async function startWeir(mappingFile: string): Promise<Subject> {
  const child = fork(new URL('./statsd-intake.js', import.meta.url), [mappingFile], {
    // The room for young objects that the intake's thread has (server/threads/thread.ts).
    execArgv: ['--max-semi-space-size=4'],
  })
  const { address } = (await message(child)) as { address: string }
  return {
    name: 'Weir',
    port: Number(address.split(':')[1]),
    pid: child.pid!,
    lines: async () => {
      const answer = message(child)
      child.send('lines')
      return ((await answer) as { lines: number }).lines
    },
    stop: () => child.kill('SIGKILL'),
  }
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('message', resolve))
}

async function startExporter(binary: string, mappingFile: string): Promise<Subject> {
  const port = await freePort()
  const web = await freePort()
  const child = spawn(
    binary,
    [
      `--statsd.listen-udp=127.0.0.1:${port}`,
      '--statsd.listen-tcp=',
      `--web.listen-address=127.0.0.1:${web}`,
      `--statsd.mapping-config=${mappingFile}`,
      '--statsd.read-buffer=8388608',
    ],
    { stdio: 'ignore' },
  )
  const lines = async (): Promise<number> => {
    const page = await (await fetch(`http://127.0.0.1:${web}/metrics`)).text()
    return Number(/^statsd_exporter_lines_total (\S+)/m.exec(page)?.[1] ?? 0)
  }
  for (let tries = 0; tries < 50; tries++) {
    await pause(100)
    if (
      await lines().then(
        () => true,
        () => false,
      )
    )
      break
  }
  return {
    name: 'statsd_exporter',
    port,
    pid: child.pid!,
    lines,
    stop: () => child.kill('SIGKILL'),
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function findPeer(name: string): string | undefined {
  const folders = [process.env['WEIR_PEERS'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(existsSync)
}

async function run(start: () => Promise<Subject>, shape: Shape): Promise<Figures> {
  const subject = await start()
  try {
    const packets = traffic(shape.seriesCount, shape.packetCount, shape.linesPerPacket)
    return await measure(subject, shape.seriesCount, packets, shape.linesPerPacket)
  } finally {
    subject.stop()
  }
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

function show(figures: Figures): string {
  const { microsPerLine, residentMiB, receivedRatio } = figures
  const lost = receivedRatio < 0.995 ? ` (received ${(receivedRatio * 100).toFixed(0)} %)` : ''
  return `${microsPerLine.toFixed(2)} µs/line ${residentMiB.toFixed(0)} MiB${lost}`
}

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
try {
  const mappingFile = join(folder, 'mapping.yml')
  writeFileSync(mappingFile, MAPPING)
  const exporter = findPeer('statsd_exporter')
  if (exporter === undefined) console.log('statsd_exporter: not found, only Weir is measured')
  for (const shape of SHAPES) {
    const label = `${shape.seriesCount} series, ${shape.linesPerPacket} lines a packet`
    const ours = await run(() => startWeir(mappingFile), shape)
    if (exporter === undefined) {
      console.log(`${label}: Weir ${show(ours)}`)
      continue
    }
    const theirs = await run(() => startExporter(exporter, mappingFile), shape)
    const speed = (theirs.microsPerLine / ours.microsPerLine).toFixed(1)
    const memory = (ours.residentMiB / theirs.residentMiB).toFixed(2)
    console.log(
      `${label}: Weir ${show(ours)}, statsd_exporter ${show(theirs)}: ${speed}x lines per CPU-second, ${memory}x memory`,
    )
  }
} finally {
  rmSync(folder, { recursive: true })
}
