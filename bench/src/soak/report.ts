/** What a soak came to: findings, and the page that tells of them. */
import { arch, cpus, loadavg, totalmem } from 'node:os'

import type { Backups } from './backups.ts'
import type { Held } from './checks.ts'
import type { Engine } from './engine.ts'
import type { Incidents } from './incidents.ts'
import type { Count } from './ledger.ts'
import type { Readers } from './readers.ts'
import type { Reloads } from './reloads.ts'
import { type Sender, UNIT } from './senders.ts'
import type { SpoiledRequests } from './spoiled.ts'
import { type Line, quantile } from './watch.ts'
import type { KeptWeir } from './weir.ts'

export interface Soak {
  readonly seed: number
  readonly minutes: number
  readonly share: number
  /** In units of load; NaN where the load was given. */
  readonly capacity: number
  readonly load: number
  readonly leftOut: readonly string[]
  readonly planted: readonly Planted[]
  /** Faults that chance left out. */
  readonly unplanted: readonly string[]
  readonly held: readonly Held[]
  readonly values: { readonly looked: number; readonly wrong: number }
  readonly statsd: { readonly sent: Count; readonly counted: number; readonly mayBeLost: number }
  /** Counted in what the last backup was restored to. */
  readonly restored: readonly Held[]
  /** Series and lines that came from what was broken. */
  readonly strange: number
  /** StatsD lines that were counted of those beside broken ones. */
  readonly besideCounted: number
  readonly senders: readonly Sender[]
  readonly readers: Readers
  readonly incidents: Incidents
  readonly memory: { readonly before: number; readonly after: number }
  readonly descriptors: { readonly before: number; readonly after: number }
  readonly spoiled: SpoiledRequests
  readonly reloads: Reloads
  readonly backups: Backups
  readonly lines: readonly Line[]
  readonly diskMiB: number
  readonly engine: Engine | undefined
  readonly weir: KeptWeir
}

export interface Planted {
  readonly name: string
  readonly fromMs: number
  toMs: number
}

export interface Finding {
  readonly what: string
  readonly isGood: boolean
  readonly seen: string
}

const GROWTH_MAX = 1.15
/** In a shorter run it is not yet at its size. */
const WARM_MINUTES = 8
/** Of the mean, so much more an hour; of shorter runs a line says nothing. */
const PER_HOUR_MAX = 0.1
const LONG_MINUTES = 40
const DESCRIPTORS_MORE_MAX = 20
const READ_P95_MAX_MS = 2000
const ACKNOWLEDGED_P95_MAX_MS = 1000
const START_MAX_MS = 20_000

export function judge(soak: Soak): Finding[] {
  const { held, restored, values, statsd, readers, incidents, memory, descriptors, weir } = soak
  const { spoiled, reloads, backups, engine } = soak
  const missed = incidents.missed()
  const again = incidents.surplus()
  const delays = incidents.delays()
  const lines = statsd.sent.sent - statsd.counted
  const reads = [...readers.latencies.values()].flat()
  const crashes = weir.outages.filter(({ kind }) => kind === 'crash').length
  const bugs = weir.bugs()
  const lostBackup = restored.reduce((sum, { lost, strange }) => sum + lost + strange, 0)
  const inBackup = restored.reduce((sum, { acknowledged }) => sum + acknowledged, 0)
  const process = soak.lines[0]!
  const isLong = soak.minutes >= LONG_MINUTES
  return [
    ...held.map(({ name, acknowledged, lost, strange }) => ({
      what: `${name}: all that was acknowledged is there, and nothing else`,
      isGood: lost === 0 && strange === 0 && acknowledged > 0,
      seen: `${whole(acknowledged)} acknowledged, ${whole(lost)} lost, ${whole(strange)} never sent`,
    })),
    {
      what: 'what is broken is refused, and nothing of it is there',
      isGood: spoiled.wrong.length === 0 && soak.strange === 0 && spoiled.asked > 0,
      seen: `${whole(spoiled.asked)} requests, ${spoiled.wrong.length} answered otherwise${spoiled.wrong.length === 0 ? '' : ` (${[...new Set(spoiled.wrong)].slice(0, 5).join('; ')})`}, ${whole(soak.strange)} series or lines found`,
    },
    {
      what: 'StatsD: whole lines beside broken ones in a datagram are counted',
      isGood: soak.besideCounted === spoiled.statsdSent,
      seen: `${whole(spoiled.statsdSent)} sent, ${whole(soak.besideCounted)} counted`,
    },
    {
      what: 'a backup under load has what was acknowledged before it',
      isGood: backups.failed.length === 0 && inBackup > 0 && lostBackup === 0,
      seen: `${backups.taken} taken, ${backups.failed.length} failed; in the last one ${restored.map(({ name, acknowledged, lost }) => `${name} ${whole(acknowledged)}, ${lost} lost`).join('; ')}`,
    },
    {
      what: 'a reload takes effect, a broken one changes nothing',
      isGood: reloads.wrong.length === 0 && reloads.done > 0,
      seen: `${reloads.done} reloads, ${reloads.wrong.length} wrong ${reloads.wrong.slice(0, 3).join('; ')}`,
    },
    ...(engine === undefined
      ? []
      : [
          {
            what: 'the engine has everything soon after the last fault',
            isGood: !Number.isNaN(engine.caughtUpMs),
            seen: `after ${ms(engine.caughtUpMs)}`,
          },
        ]),
    {
      what: 'values are those that were sent',
      isGood: values.wrong === 0 && values.looked > 0,
      seen: `${whole(values.looked)} samples of four series, ${whole(values.wrong)} wrong`,
    },
    {
      what: 'StatsD: lines are missing only about a kill or a full disk',
      isGood: lines >= 0 && lines <= statsd.mayBeLost + statsd.sent.sent * 0.001,
      seen: `${whole(statsd.sent.sent)} sent, ${whole(lines)} not counted, ${whole(statsd.mayBeLost)} sent about an outage`,
    },
    {
      what: 'somebody was told of each incident, and of its end',
      isGood: missed.beginnings === 0 && missed.ends === 0 && incidents.owed.length > 0,
      seen: `${incidents.owed.length} owed of ${incidents.all.length}, ${missed.beginnings} beginnings and ${missed.ends} ends missing; told after p50 ${ms(quantile(delays.beginnings, 0.5))}, p95 ${ms(quantile(delays.beginnings, 0.95))}; the end after p50 ${ms(quantile(delays.ends, 0.5))}, p95 ${ms(quantile(delays.ends, 0.95))}`,
    },
    {
      what: 'nobody is told twice without need, or of an end that was none',
      isGood: again.needless.length === 0 && incidents.early === 0,
      seen: `${again.needed} told again since it had not been heard or written down, ${again.needless.length} without need${again.needless.length === 0 ? '' : ` (${again.needless.slice(0, 3).join('; ')})`}, ${incidents.early} ends too early`,
    },
    {
      what: 'memory is flat',
      isGood:
        (soak.minutes < WARM_MINUTES || memory.after <= memory.before * GROWTH_MAX) &&
        (!isLong || process.perHourMiB <= process.meanMiB * PER_HOUR_MAX),
      seen: `${memory.before.toFixed(0)} MiB, later ${memory.after.toFixed(0)} MiB${isLong ? `; a line through the second half: ${process.perHourMiB.toFixed(1)} MiB an hour` : ''}`,
    },
    {
      what: 'no descriptor is left open',
      isGood: descriptors.after <= descriptors.before + DESCRIPTORS_MORE_MAX,
      seen: `${descriptors.before}, later ${descriptors.after}`,
    },
    {
      what: 'questions are answered in time while nothing is planted',
      isGood: quantile(reads, 0.95) <= READ_P95_MAX_MS && readers.wrong.length === 0,
      seen: `${whole(reads.length)} answers, p50 ${ms(quantile(reads, 0.5))}, p95 ${ms(quantile(reads, 0.95))}, p99 ${ms(quantile(reads, 0.99))}; busy ${[...readers.busy.values()].reduce((a, b) => a + b, 0)}; wrong ${readers.wrong.slice(0, 5).join(', ') || 'none'}`,
    },
    ...soak.senders.map(({ name, ledger }) => ({
      what: `${name} is acknowledged in time`,
      isGood: quantile(ledger.latencies, 0.95) <= ACKNOWLEDGED_P95_MAX_MS,
      seen: `p50 ${ms(quantile(ledger.latencies, 0.5))}, p95 ${ms(quantile(ledger.latencies, 0.95))}, p99 ${ms(quantile(ledger.latencies, 0.99))}`,
    })),
    {
      what: 'it starts soon, and never ends by itself',
      isGood: crashes === 0 && bugs.length === 0 && quantile(weir.starts, 1) <= START_MAX_MS,
      seen: `${weir.starts.length} starts, p50 ${ms(quantile(weir.starts, 0.5))}, longest ${ms(quantile(weir.starts, 1))}; ${crashes} crashes, ${bugs.length} lines that blame itself`,
    },
  ]
}

/** What a run came to, as docs/reliability.md tells it. */
export function reportOf(soak: Soak, findings: readonly Finding[]): string {
  const { seed, minutes, share, capacity, load, leftOut, planted, unplanted, incidents, senders } =
    soak
  const each = (unit: number): string => whole(Math.round(unit * load))
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? arch()}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}, load average ${loadavg()[2]!.toFixed(1)} at its end`
  const found = Number.isNaN(capacity)
    ? `The load was given: ${load.toFixed(2)} units.`
    : `This machine, which sends as well, carries ${capacity} units; the run was at ${(share * 100).toFixed(0)} % of that.`
  const keeper = soak.engine === undefined ? '' : ' VictoriaMetrics keeps the metrics.'
  return `${minutes} minutes, seed ${seed}, on ${machine}. ${found}${keeper} A second: ${each(UNIT.remoteWrite)} samples by remote write, ${each(UNIT.otlp)} points by OTLP (JSON), ${each(UNIT.influx)} lines by InfluxDB's protocol, ${each(UNIT.statsd)} lines by StatsD, ${each(UNIT.logs)} lines of log by Loki's.

The receiver of notifications answered ${whole([...incidents.lies.values()].reduce((a, b) => a + b, 0))} requests: ${[...incidents.lies].map(([lie, count]) => `${count} with "${lie}"`).join(', ')}.

| planted | times |
| --- | --- |
${[...countsOf(planted.map(({ name }) => name))].map(([name, count]) => `| ${name} | ${count} |`).join('\n')}
${unplanted.length === 0 ? '' : `\nDid not come up in this run: ${unplanted.join(', ')}.\n`}${leftOut.length === 0 ? '' : `\nLeft out: ${leftOut.join('; ')}.\n`}
| | | |
| --- | --- | --- |
${findings.map(({ what, isGood, seen }) => `| ${isGood ? 'holds' : '**does not hold**'} | ${what} | ${seen} |`).join('\n')}

Acknowledgements that took more than a second, by what was planted about then: ${[...slowDuring(soak)].map(([name, count]) => `${name} ${whole(count)}`).join(', ') || 'none'}.

Requests that were not acknowledged, by status (0: no answer): ${senders.map(({ name, ledger }) => `${name} ${[...ledger.refused].map(([status, count]) => `${status}: ${whole(count)}`).join(', ') || 'none'}`).join('; ')}.

Errors in its log: ${[...soak.weir.errors()].map(([what, count]) => `${what} (${whole(count)})`).join(', ') || 'none'}.
${soak.minutes < LONG_MINUTES ? '' : memoryTable(soak)}`
}

function memoryTable({ lines }: Soak): string {
  return `
| memory in the second half of its life | mean | an hour |
| --- | --- | --- |
${lines.map(({ what, meanMiB, perHourMiB }) => `| ${what} | ${meanMiB.toFixed(1)} MiB | ${perHourMiB >= 0 ? '+' : ''}${perHourMiB.toFixed(1)} MiB |`).join('\n')}
`
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** What was going on when acknowledgements took more than a second. */
function slowDuring({ senders, planted }: Soak): ReadonlyMap<string, number> {
  const slow = senders.flatMap(({ ledger }) => ledger.slow)
  const reason = (atMs: number): string =>
    planted.find(({ fromMs, toMs }) => atMs > fromMs - 15_000 && atMs < toMs + 2000)?.name ??
    'nothing planted'
  return countsOf(slow.map(reason))
}

function whole(n: number): string {
  return n.toLocaleString('en-US')
}

function ms(n: number): string {
  return n >= 1000 ? `${(n / 1000).toFixed(2)} s` : `${n.toFixed(0)} ms`
}
