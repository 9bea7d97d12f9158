/**
 * Records the StatsD packets of a real Airflow, as one JSON line a packet: milliseconds since the
 * first one, and its text. `labs/airflow/run record plain|influx|datadog [seconds]` writes
 * `fixtures/airflow/<form>.jsonl`.
 */
import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Form, startAirflow } from './airflow.ts'

interface Packet {
  readonly ms: number
  readonly text: string
}

/** Fixtures stay small enough to read: packets beyond this many bytes of text are left out. */
const FIXTURE_BYTES_MAX = 290_000

export async function record(venv: string, home: string, form: Form, seconds: number) {
  const packets: Packet[] = []
  const socket = createSocket('udp4')
  let first = 0
  socket.on('message', (bytes) => {
    const now = performance.now()
    first ||= now
    packets.push({ ms: Math.round(now - first), text: scrub(bytes.toString('utf8'), home) })
  })
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve)
  })
  const airflow = await startAirflow({
    venv,
    home,
    statsdPort: socket.address().port,
    webPort: 0,
    form,
  })
  await new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000)
  })
  await airflow.stop()
  socket.close()

  const lines: string[] = []
  let bytes = 0
  for (const packet of packets) {
    const line = JSON.stringify(packet)
    bytes += line.length + 1
    if (bytes > FIXTURE_BYTES_MAX) break
    lines.push(line)
  }
  const name = process.env.WEIR_LAB_FIXTURE ?? form
  const file = join(import.meta.dirname, `../../fixtures/airflow/${name}.jsonl`)
  writeFileSync(file, `${lines.join('\n')}\n`)
  process.stdout.write(`${packets.length} packets seen, ${lines.length} kept in ${file}\n`)
}

/** Takes this machine's name and folders out of a packet, in every spelling that Airflow uses. */
function scrub(text: string, home: string): string {
  const dags = join(import.meta.dirname, 'dags')
  const spellings = (path: string): string[] => [path, path.replaceAll('/', '_')]
  let clean = text
  for (const name of spellings(dags)) clean = clean.replaceAll(name, '/opt/airflow/dags')
  for (const name of spellings(home)) clean = clean.replaceAll(name, '/opt/airflow')
  return clean.replaceAll(hostname(), 'airflow-host')
}
