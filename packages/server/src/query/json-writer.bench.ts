import { JsonWriter } from './json-writer.ts'

/** `npx tsx packages/server/src/query/json-writer.bench.ts`: 10,000 series × 1,440 samples as JSON, by kind of value. */
const SERIES = 10_000
const SAMPLES = 1440
const DISTINCT = 100

const LABELS = ['__name__', 'orders_total', 'instance', '10.0.0.1:9100', 'job', 'shop']
const KINDS: Readonly<Record<string, (i: number, k: number) => number>> = {
  whole: (i, k) => i * 1000 + k * 7,
  decimal: (i, k) => ((i * 31 + k * 17) % 10_000) / 100,
  double: (i, k) => ((i + 1) / 7) * k,
}

const times = Float64Array.from({ length: SAMPLES }, (_, k) => 1.7e12 + k * 60_000)
for (const [kind, valueOf] of Object.entries(KINDS)) {
  const columns = Array.from({ length: DISTINCT }, (_, i) =>
    Float64Array.from({ length: SAMPLES }, (_unused, k) => valueOf(i, k)),
  )
  const startedMs = performance.now()
  const out = new JsonWriter()
  for (let i = 0; i < SERIES; i++) {
    out.labels(LABELS)
    out.samples(times, columns[i % DISTINCT]!)
  }
  const bytes = out.finish().length
  const seconds = (performance.now() - startedMs) / 1000
  const rate = (SERIES * SAMPLES) / seconds / 1e6
  process.stdout.write(`${kind}: ${rate.toFixed(1)} M samples/s, ${(bytes / 1e6).toFixed(0)} MB\n`)
}
