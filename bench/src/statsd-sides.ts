/** The programs that take StatsD lines in the benchmarks, each in a process of its own, and how lines get to them. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import type { Socket } from 'node:dgram'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { freePort, stop } from './sides.ts'

export interface Subject {
  readonly name: string
  readonly port: number
  readonly pid: number
  /** Lines received up to now. */
  lines(): Promise<number>
  stop(): Promise<void>
}

/** Weir's intake alone, as it runs in its thread; the receive buffer is what it asks for unless told. */
export async function startIntake(
  mappingFile: string,
  readBuffer = '8MiB',
  allowFrom: readonly string[] = [],
): Promise<Subject> {
  const args = [mappingFile, readBuffer, ...allowFrom]
  const child = fork(new URL('./statsd-intake.js', import.meta.url), args, {
    // The room for young objects that the intake's thread has (server/threads/thread.ts).
    execArgv: ['--max-semi-space-size=2'],
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
    stop: () => stop(child),
  }
}

export function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('message', resolve))
}

/** The receive buffer is what the system gives unless told. */
export async function startExporter(
  binary: string,
  mappingFile: string,
  readBufferBytes?: number,
): Promise<Subject> {
  const port = await freePort()
  const web = await freePort()
  const child = spawn(
    binary,
    [
      `--statsd.listen-udp=127.0.0.1:${port}`,
      '--statsd.listen-tcp=',
      `--web.listen-address=127.0.0.1:${web}`,
      `--statsd.mapping-config=${mappingFile}`,
      ...(readBufferBytes === undefined ? [] : [`--statsd.read-buffer=${readBufferBytes}`]),
    ],
    { stdio: 'ignore' },
  )
  const lines = async (): Promise<number> => {
    const page = await (await fetch(`http://127.0.0.1:${web}/metrics`)).text()
    return Number(/^statsd_exporter_lines_total (\S+)/m.exec(page)?.[1] ?? 0)
  }
  for (let tries = 0; tries < 50; tries++) {
    await pause(100)
    const isUp = await lines().then(
      () => true,
      () => false,
    )
    if (isUp) break
  }
  return { name: 'statsd_exporter', port, pid: child.pid!, lines, stop: () => stop(child) }
}

/** Looks in `WEIR_PEERS` and PATH. */
export function findExporter(): string | undefined {
  const folders = [process.env['WEIR_PEERS'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'statsd_exporter'))
    .find((path) => existsSync(path))
}

/** Sends at a steady pace: what is due, each millisecond. */
export async function sendPaced(
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

/** Waits until the count of lines stands still. */
export async function settled(subject: Subject): Promise<void> {
  for (let before = -1; ;) {
    const now = await subject.lines()
    if (now === before) return
    before = now
    await pause(400)
  }
}
