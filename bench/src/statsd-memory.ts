/**
 * Memory of the whole `weir serve` (store, rules, page included) beside statsd_exporter: 50,000 StatsD keys, all of them
 * sent again every five seconds, a flush every ten. `BENCH_SERIES`, `BENCH_SECONDS`. Linux only.
 */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

import { cpuMs, resident, showResident } from './process.ts'
import { stop, weirProgram } from './sides.ts'
import { MAPPING, introduction } from './statsd-lines.ts'
import { type Subject, findExporter, sendPaced, startExporter } from './statsd-sides.ts'

const SERIES = Number(process.env['BENCH_SERIES'] ?? 50_000)
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 180)
const EVERY_MS = 5000
const PACKETS_PER_MS = 2

async function measure(subject: Subject): Promise<number> {
  const socket = createSocket('udp4')
  const packets = introduction(SERIES)
  const began = performance.now()
  const cpu = cpuMs(subject.pid)
  let mostMiB = 0
  while (performance.now() - began < SECONDS * 1000) {
    const turn = performance.now()
    await sendPaced(socket, subject.port, packets, PACKETS_PER_MS)
    await pause(Math.max(0, EVERY_MS - (performance.now() - turn)))
    mostMiB = Math.max(mostMiB, resident(subject.pid).allMiB)
  }
  socket.close()
  const now = resident(subject.pid)
  console.log(
    `${subject.name}: ${showResident(now)}, most ${mostMiB.toFixed(0)} MiB, ` +
      `${await subject.lines()} lines, processor time ${((cpuMs(subject.pid) - cpu) / 1000).toFixed(1)} s, load ${loadavg()[0]!.toFixed(0)}`,
  )
  return now.allMiB
}

async function startServer(mappingFile: string, place: string): Promise<Subject> {
  const config = join(place, 'weir.yml')
  const statsd = {
    listen: '127.0.0.1:0',
    mapping_config: mappingFile,
    max_series_per_metric: SERIES + 1000,
  }
  writeFileSync(config, JSON.stringify({ statsd }))
  const args = ['serve', '--config', config, '--data-dir', join(place, 'data')]
  const child = spawn(
    process.execPath,
    [weirProgram, ...args, '--listen', '127.0.0.1:0', '--log-level', 'error'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const places = new Map<string, string>()
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('Weir ended')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [kind = '', address = ''] = line.split(' ')
      places.set(kind, address)
      if (places.has('web') && places.has('statsd-udp')) resolve()
    })
  })
  const url = places.get('web')!
  return {
    name: 'Weir, whole process',
    port: Number(places.get('statsd-udp')!.split(':').at(-1)),
    pid: child.pid!,
    lines: async () => {
      const answer = await fetch(`${url}/api/weir/v1/intakes`)
      const ways = (await answer.json()) as { kind: string; lines: number }[]
      return ways.find(({ kind }) => kind === 'statsd-udp')!.lines
    },
    stop: () => stop(child),
  }
}

async function run(start: () => Promise<Subject>): Promise<number> {
  const subject = await start()
  try {
    return await measure(subject)
  } finally {
    await subject.stop()
  }
}

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
try {
  const mappingFile = join(folder, 'mapping.yml')
  writeFileSync(mappingFile, MAPPING)
  const ours = await run(() => startServer(mappingFile, folder))
  const exporter = findExporter()
  if (exporter === undefined) console.log('statsd_exporter: not found, only Weir is measured')
  else {
    const theirs = await run(() => startExporter(exporter, mappingFile, 8 * 2 ** 20))
    console.log(`${(ours / theirs).toFixed(2)}x memory`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
