import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** How many times faster than it was recorded. */
const SPEED = 10

interface Packet {
  readonly ms: number
  readonly text: string
}

/** What a real Airflow sent in one of its forms: `plain`, `influx`, `datadog`. */
export function capture(form: string): Packet[] {
  const path = join(import.meta.dirname, `../fixtures/airflow/${form}.jsonl`)
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Packet)
}

/** Sends what a real Airflow sent, in its own rhythm, faster. */
export async function replay(port: number, packets: readonly Packet[]): Promise<void> {
  const socket = createSocket('udp4')
  const began = performance.now()
  for (const { ms, text } of packets) {
    const waitMs = ms / SPEED - (performance.now() - began)
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
    await new Promise<void>((resolve) => socket.send(text, port, '127.0.0.1', () => resolve()))
  }
  socket.close()
}
