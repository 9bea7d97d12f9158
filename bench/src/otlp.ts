/**
 * OTLP metrics: processor time of the whole server for each data point, of Weir and VictoriaMetrics;
 * the same bodies into each, one side after the other. Bodies are made before anything is measured.
 * First every series is told a few times, until the code of both is warm; then the points of some minutes that
 * end now, as fast as they are taken, by two connections; then what the server does with them until
 * its files stand still.
 *
 * Numbers: a body is what a Collector sends, 5,000 points of 20 resources with seven attributes each;
 * a point has four. Histograms: fifteen bounds, so each is 18 samples. VictoriaMetrics runs with its
 * defaults: it keeps all resource attributes as labels and acknowledges before anything is on the disk.
 *
 * | variable | is |
 * | --- | --- |
 * | `BENCH_SERIES` | how many series of numbers; 10,000 unless told |
 * | `BENCH_SIDES` | `Weir,VictoriaMetrics`: only these |
 * | `BENCH_GZIP` | `1`: bodies are packed, as a Collector packs them |
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type OtlpAttribute, type OtlpMetric, encodeOtlp } from '@weir/wire'

import { cpuMs, resident, showResident } from './process.ts'
import { type Side, type SideName, startSide } from './sides.ts'

const STEP_MS = 10_000
const STEPS = 150
/** V8 compiles for some hundred thousand points more than Go, which is compiled before. */
const WARM_UP = 50
const BODY_POINTS = 5000
const CONNECTIONS = 2
const SERIES = Number(process.env['BENCH_SERIES'] ?? 10_000)
const IS_PACKED = process.env['BENCH_GZIP'] === '1'
const RESOURCES = 20
const BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000]

const PATHS: Readonly<Partial<Record<SideName, string>>> = {
  Weir: '/v1/metrics',
  VictoriaMetrics: '/opentelemetry/v1/metrics',
}

interface Load {
  readonly name: string
  readonly points: number
  /** All bodies of one step. */
  bodies(step: number, timeMs: number): Uint8Array<ArrayBuffer>[]
}

/** What the points of one resource say at a step. */
type MetricsOf = (resource: number, from: number, step: number, nanos: string) => OtlpMetric[]

const LOADS: readonly Load[] = [
  loadOf('numbers', SERIES, 1, numbers),
  loadOf('histograms', Math.ceil(SERIES / 10), 10, histograms),
]

const asked = (process.env['BENCH_SIDES'] ?? Object.keys(PATHS).join(',')).split(',')
for (const load of LOADS) {
  console.log(
    `${load.name}: ${load.points} series × ${STEPS}${IS_PACKED ? ', packed by gzip' : ''}`,
  )
  let ours: number | undefined
  for (const name of (['Weir', 'VictoriaMetrics'] as const).filter((side) =>
    asked.includes(side),
  )) {
    const folder = mkdtempSync(join(tmpdir(), 'weir-bench-otlp-'))
    const side = await startSide(name, folder)
    try {
      if (side === undefined) {
        console.log(`${name} is not here (WEIR_PEERS or PATH)`)
        continue
      }
      const micros = await measure(side, `${side.url}${PATHS[name]}`, load)
      if (ours === undefined) ours = micros
      else console.log(`  ${(micros / ours).toFixed(2)}x`)
    } finally {
      await side?.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Prints one side's figures; gives µs a point while they came. */
async function measure(side: Side, url: string, load: Load): Promise<number> {
  const startMs = Math.floor(Date.now() / STEP_MS - STEPS) * STEP_MS
  const steps = Array.from({ length: STEPS }, (_, step) =>
    load.bodies(step, startMs + step * STEP_MS),
  )
  const send = async (step: number): Promise<void> => {
    const next = steps[step]!.values()
    const connection = async (): Promise<void> => {
      for (const body of next) await post(url, body)
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  }
  for (let step = 0; step < WARM_UP; step++) await send(step)
  const before = cpuMs(side.pid)
  for (let step = WARM_UP; step < STEPS; step++) await send(step)
  const sent = cpuMs(side.pid) - before
  await side.settle()
  const all = cpuMs(side.pid) - before
  const points = load.points * (STEPS - WARM_UP)
  const perPoint = (ms: number): string => ((ms * 1000) / points).toFixed(3)
  console.log(
    `${side.name}: ${perPoint(sent)} µs a point while they came, ${perPoint(all)} µs until at rest; ` +
      showResident(resident(side.pid)),
  )
  return (sent * 1000) / points
}

async function post(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      ...(IS_PACKED ? { 'content-encoding': 'gzip' } : {}),
    },
    body,
  })
  const said = Buffer.from(await answer.arrayBuffer()).toString()
  // A partial success is 200 too, with a body.
  if (!answer.ok || said !== '') throw new Error(`${url} answered ${answer.status}: ${said}`)
}

function loadOf(name: string, points: number, samples: number, metricsOf: MetricsOf): Load {
  const perBody = Math.min(points, Math.ceil(BODY_POINTS / samples))
  const perResource = Math.ceil(perBody / RESOURCES)
  return {
    name,
    points,
    bodies(step, timeMs) {
      const bodies: Uint8Array<ArrayBuffer>[] = []
      for (let from = 0; from < points; from += perBody) {
        const to = Math.min(points, from + perBody)
        const starts: number[] = []
        for (let at = from; at < to; at += perResource) starts.push(at)
        const body = encodeOtlp({
          resourceMetrics: starts.map((at) => ({
            resource: { attributes: resource(at / perResource) },
            scopeMetrics: [
              {
                scope: { name: 'io.example.shop', version: '1.2.3' },
                metrics: metricsOf(at, Math.min(perResource, to - at), step, `${timeMs}000000`),
              },
            ],
          })),
        })
        bodies.push(IS_PACKED ? new Uint8Array(gzipSync(body, { level: 1 })) : body.slice())
      }
      return bodies
    },
  }
}

function resource(number: number): OtlpAttribute[] {
  return attributes({
    'service.namespace': 'shop',
    'service.name': `service-${number % 40}`,
    'service.instance.id': `8f1c7d0e-${number}`,
    'host.name': `host-${number % 100}.example.org`,
    'k8s.namespace.name': 'production',
    'k8s.pod.name': `service-${number % 40}-6c9f8b7d5-${number}`,
    'telemetry.sdk.language': 'java',
  })
}

function point(at: number, i: number): OtlpAttribute[] {
  return attributes({
    'http.request.method': ['GET', 'POST', 'PUT'][i % 3]!,
    'http.route': `/api/v1/orders/${at + i}`,
    'http.response.status_code': String(200 + (i % 5)),
    'server.address': 'shop.example.org',
  })
}

function attributes(of: Readonly<Record<string, string>>): OtlpAttribute[] {
  return Object.entries(of).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

/** Metrics of ten points each, by turns a counter and a gauge. */
function numbers(at: number, count: number, step: number, nanos: string): OtlpMetric[] {
  return Array.from({ length: Math.ceil(count / 10) }, (_, m): OtlpMetric => {
    const dataPoints = Array.from({ length: Math.min(10, count - m * 10) }, (__, i) => ({
      attributes: point(at, m * 10 + i),
      startTimeUnixNano: nanos,
      timeUnixNano: nanos,
      asDouble: m % 2 === 0 ? step * (i + 1) : Math.sin(step + i) * 100,
    }))
    const named = {
      name: `shop.metric.number.${m}`,
      description: 'A metric of the shop',
      unit: 's',
    }
    return m % 2 === 0
      ? { ...named, sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } }
      : { ...named, gauge: { dataPoints } }
  })
}

function histograms(at: number, count: number, step: number, nanos: string): OtlpMetric[] {
  const dataPoints = Array.from({ length: count }, (_, i) => {
    const bucketCounts = Array.from({ length: BOUNDS.length + 1 }, (__, b) =>
      String(step * ((b + i) % 7)),
    )
    return {
      attributes: point(at, i),
      startTimeUnixNano: nanos,
      timeUnixNano: nanos,
      count: String(bucketCounts.reduce((sum, bucket) => sum + Number(bucket), 0)),
      sum: step * 17.25,
      bucketCounts,
      explicitBounds: BOUNDS,
    }
  })
  const histogram = { dataPoints, aggregationTemporality: 2 }
  return [{ name: 'shop.duration', description: 'How long it takes', unit: 'ms', histogram }]
}
