import { Labels, SampleColumns } from '@weir/model'
import { MemoryQueryable } from '../memory-queryable.ts'
import { rangeQuery } from '../query.ts'

/**
 * Six hours of 10,000 series, a sample every 15 s, asked at 361 steps. Run by
 * `npx tsx --conditions=weir-source packages/promql/src/execute/execute.bench.ts`.
 */
const SERIES = 10_000
const SAMPLES = 1440
const QUERIES = [
  'sum(rate(work_seconds_bucket[5m]))',
  'sum by (job) (rate(work_seconds_bucket[5m]))',
  'sum by (job, zone) (work_seconds_bucket)',
  'topk(5, rate(work_seconds_bucket[5m]))',
  'histogram_quantile(0.99, sum by (le, job) (rate(work_seconds_bucket[5m])))',
  'max by (job) (max_over_time(work_seconds_bucket[10m]))',
  'avg(avg_over_time(work_seconds_bucket[10m]))',
  'sum(rate(work_seconds_bucket{le="1"}[5m])) / sum(rate(work_seconds_bucket{le="+Inf"}[5m]))',
  'count(work_seconds_bucket{le="1"} / ignoring(le) work_seconds_bucket{le="+Inf"})',
]

const memory = new MemoryQueryable()
const bounds = ['0.1', '0.5', '1', '5', '+Inf']
for (let i = 0; i < SERIES; i++) {
  const columns = new SampleColumns(SAMPLES)
  let value = 0
  for (let k = 0; k < SAMPLES; k++) {
    value += ((i * 31 + k * 17) % 23) + (i % bounds.length)
    columns.push(k * 15_000, value)
  }
  const target = Math.floor(i / bounds.length)
  const labels = {
    __name__: 'work_seconds_bucket',
    job: `job-${target % 20}`,
    zone: `z${target % 7}`,
    instance: `host-${target}`,
    le: bounds[i % bounds.length]!,
  }
  memory.add(Labels.of(labels), columns)
}

for (const expr of QUERIES) {
  let best = Number.POSITIVE_INFINITY
  let samples = 0
  for (let round = 0; round < 3; round++) {
    const startedMs = performance.now()
    const result = rangeQuery(memory, { expr, startMs: 0, endMs: 21_600_000, stepMs: 60_000 })
    best = Math.min(best, performance.now() - startedMs)
    samples = result.stats.samplesRead
  }
  const rate = samples / best / 1000
  process.stdout.write(
    `${best.toFixed(0).padStart(6)} ms ${rate.toFixed(0).padStart(5)} M samples/s  ${expr}\n`,
  )
}
