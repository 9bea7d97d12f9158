/**
 * Reading line protocol alone: `node bench/dist/influx.bench.js`. Bodies of 5,000 lines as Telegraf
 * sends them, four in turn, every series known; processor time a number.
 */
import { KEY_SLACK, LineBatch, LineReader } from '@weir/wire'
import { telegrafBody } from './influx-lines.ts'

const BODIES = 4
const ROUNDS = 100

const reader = new LineReader({ seed: 1, numbersInStrings: false, tellSingle: false })
const batch = new LineBatch(1_000_000)
const bodies = Array.from({ length: BODIES }, (_, tick) => {
  const { text } = telegrafBody(5000, tick, 1_700_000_000_000 + tick * 10_000)
  return Buffer.concat([Buffer.from(text), Buffer.alloc(KEY_SLACK)])
})
const read = (i: number): void => {
  const bytes = bodies[i % BODIES]!
  const options = { precision: 'auto', nowMs: 0 } as const
  reader.read(bytes, bytes.length - KEY_SLACK, options, batch)
}
for (let i = 0; i < ROUNDS / 2; i++) read(i)
const before = process.cpuUsage()
for (let i = 0; i < ROUNDS; i++) read(i)
const { user, system } = process.cpuUsage(before)
const ns = ((user + system) * 1000) / (ROUNDS * batch.length)
console.log(
  `${batch.length} numbers in ${bodies[0]!.length} bytes: ${ns.toFixed(0)} ns a number, ${batch.faultCount} bad lines`,
)
