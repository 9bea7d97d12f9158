import { type Clock, systemClock } from '@weir/model'
import { StatsD } from 'hot-shots'
import { airflowSecond } from './airflow.ts'
import { dkronExecutions, dkronSecond } from './dkron.ts'
import type { DemoDoor } from './door.ts'
import { flinkPage } from './flink.ts'
import { demoLines } from './lines.ts'
import { rudderSecond } from './rudderstack.ts'

/** A stage of a simulated pipeline, as it is at one moment. */
interface StageNow {
  readonly stage: string
  /** Records handled well in this second. */
  readonly records: number
  readonly errors: number
  readonly latencyMs: number
  readonly backlog: number
  /** Seconds since the newest success. */
  readonly ageSeconds: number
}

/** What a pipeline's stages do in second `t` of the demo. Pure, so that a test can look at any second. */
type Simulation = (t: number) => readonly StageNow[]

/** A calm day wave with a little noise that is the same every time. */
function wave(t: number, seed: number): number {
  const noise = Math.sin(t * 12.9898 + seed * 78.233) * 43758.5453
  return 1 + 0.15 * Math.sin(t / 40 + seed) + 0.1 * (noise - Math.floor(noise) - 0.5)
}

/** Well: every stage keeps pace. A part of what is validated is added up besides. */
const orders: Simulation = (t) =>
  [
    { stage: 'source', latencyMs: 4, share: 1 },
    { stage: 'validate', latencyMs: 9, share: 1 },
    { stage: 'aggregate', latencyMs: 21, share: 0.15 },
    { stage: 'sink', latencyMs: 38, share: 0.99 },
  ].map(({ stage, latencyMs, share }, i) => ({
    stage,
    records: Math.round(420 * share * wave(t, i / 10)),
    errors: t % 50 === 25 && stage === 'validate' ? 1 : 0,
    latencyMs: latencyMs * wave(t, 3 + i),
    backlog: Math.round(90 * wave(t, 5 + i)),
    ageSeconds: 0,
  }))

/** Falling behind: the source brings 180 records a second, the sink takes 60. */
const payments: Simulation = (t) => [
  {
    stage: 'source',
    records: Math.round(180 * wave(t, 1)),
    errors: 0,
    latencyMs: 5 * wave(t, 2),
    backlog: 40,
    ageSeconds: 0,
  },
  {
    stage: 'enrich',
    records: Math.round(175 * wave(t, 2)),
    errors: 0,
    latencyMs: 22 * wave(t, 4),
    backlog: 120,
    ageSeconds: 0,
  },
  {
    stage: 'sink',
    records: Math.round(60 * wave(t, 3)),
    errors: 0,
    latencyMs: 900 * wave(t, 6),
    backlog: 18_000 + 120 * t,
    ageSeconds: 4,
  },
]

/** Seconds after which inventory is well for a while, so that its alert has a history. */
const CYCLE = { wholeSeconds: 300, failingSeconds: 200 }

function isInventoryFailing(t: number): boolean {
  return t % CYCLE.wholeSeconds < CYCLE.failingSeconds
}

/** Failing: a third of what reaches the sink is refused, most of the time. */
const inventory: Simulation = (t) => [
  {
    stage: 'source',
    records: Math.round(95 * wave(t, 7)),
    errors: 0,
    latencyMs: 6 * wave(t, 8),
    backlog: 30,
    ageSeconds: 0,
  },
  {
    stage: 'sink',
    records: Math.round(62 * wave(t, 7)),
    errors: isInventoryFailing(t) ? Math.round(33 * wave(t, 9)) : 0,
    latencyMs: 140 * wave(t, 1),
    backlog: 260,
    ageSeconds: 1,
  },
]

/** Where data comes from, where the order of the stages does not say it: both take what is validated. */
const BRANCHES = [
  { pipeline: 'orders', stage: 'aggregate', after: 'validate' },
  { pipeline: 'orders', stage: 'sink', after: 'validate' },
]

const SIMULATIONS: Readonly<Record<string, Simulation>> = { orders, payments, inventory }

/** Where a Weir of the demo listens. */
export interface DemoDoors {
  /** `host:port` */
  readonly statsd: string
  readonly web: DemoDoor
}

/** Flink's reporter pushes less often than every second. */
const PUSH_S = 5

/** Sends the pipelines and the systems beside them, once a second, by a client that real pipelines use. */
export function startPipelines(doors: DemoDoors, clock: Clock = systemClock): AsyncDisposable {
  const [host = '127.0.0.1', port = '8125'] = doors.statsd.split(/:(?=\d+$)/)
  const to = { host, port: Number(port), maxBufferSize: 1400, bufferFlushInterval: 200 }
  const client = new StatsD(to)
  // RudderStack puts its tags into the name, as InfluxDB does.
  const influxTags = new StatsD({ ...to, telegraf: true })
  const stopped = new AbortController()
  const sending = send({ client, influxTags, web: doors.web }, clock, stopped.signal)
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await sending
      await doors.web[Symbol.asyncDispose]()
      for (const each of [client, influxTags])
        await new Promise<void>((resolve) => each.close(() => resolve()))
    },
  }
}

interface Ways {
  readonly client: StatsD
  readonly influxTags: StatsD
  readonly web: DemoDoor
}

async function send(
  { client, influxTags, web }: Ways,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (let t = 0; !signal.aborted; t++) {
    const nowMs = clock.now()
    for (const [pipeline, simulation] of Object.entries(SIMULATIONS)) {
      for (const now of simulation(t)) tell(client, pipeline, now, nowMs / 1000)
    }
    for (const branch of BRANCHES) client.gauge('weir.stage.after', 1, branch)
    airflowSecond(client, t)
    dkronSecond(client, t)
    rudderSecond(influxTags, t)
    const posts = [
      { path: '/write', type: 'text/plain', body: dkronExecutions(t, nowMs) },
      {
        path: '/metrics/job/flink',
        type: 'text/plain',
        body: t % PUSH_S === 0 ? flinkPage(t, nowMs) : '',
      },
      {
        path: '/api/weir/v1/logs',
        type: 'application/x-ndjson',
        body: demoLines(t, nowMs, isInventoryFailing(t)),
      },
    ]
    await Promise.all(posts.filter(({ body }) => body !== '').map((one) => web.post(one)))
    await clock.sleep(1000, signal).catch(() => undefined)
  }
}

function tell(client: StatsD, pipeline: string, now: StageNow, seconds: number): void {
  const tags = { pipeline, stage: now.stage }
  client.increment('weir.stage.records', now.records, tags)
  client.increment('weir.stage.errors', now.errors, tags)
  for (const share of [0.6, 0.9, 1, 1.2, 2.5])
    client.timing('weir.stage.latency', now.latencyMs * share, tags)
  client.gauge('weir.stage.backlog', now.backlog, tags)
  client.gauge('weir.stage.last_success', Math.floor(seconds - now.ageSeconds), tags)
}
