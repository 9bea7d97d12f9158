/** What a soak came to: findings, and the page that tells of them. */
import { arch, cpus, totalmem } from 'node:os'

import type { Held } from './checks.ts'
import type { Incidents } from './incidents.ts'
import type { Count } from './ledger.ts'
import type { Readers } from './readers.ts'
import { type Sender, UNIT } from './senders.ts'
import { quantile } from './watch.ts'
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
  readonly senders: readonly Sender[]
  readonly readers: Readers
  readonly incidents: Incidents
  readonly memory: { readonly before: number; readonly after: number }
  readonly descriptors: { readonly before: number; readonly after: number }
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
const DESCRIPTORS_MORE_MAX = 20
const READ_P95_MAX_MS = 2000
const ACKNOWLEDGED_P95_MAX_MS = 1000
const START_MAX_MS = 20_000

export function judge(soak: Soak): Finding[] {
  const { held, values, statsd, readers, incidents, memory, descriptors, weir } = soak
  const missed = incidents.missed()
  const delays = incidents.delays()
  const lines = statsd.sent.sent - statsd.counted
  const reads = [...readers.latencies.values()].flat()
  const crashes = weir.outages.filter(({ kind }) => kind === 'crash').length
  return [
    ...held.map(({ name, acknowledged, lost, strange }) => ({
      what: `${name}: all that was acknowledged is there, and nothing else`,
      isGood: lost === 0 && strange === 0 && acknowledged > 0,
      seen: `${whole(acknowledged)} acknowledged, ${whole(lost)} lost, ${whole(strange)} never sent`,
    })),
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
      seen: `${incidents.owed.length} owed of ${incidents.all.length}, ${missed.beginnings} beginnings and ${missed.ends} ends missing, ${incidents.surplus} told again; told after p50 ${ms(quantile(delays.beginnings, 0.5))}, p95 ${ms(quantile(delays.beginnings, 0.95))}; the end after p50 ${ms(quantile(delays.ends, 0.5))}, p95 ${ms(quantile(delays.ends, 0.95))}`,
    },
    {
      what: 'memory is flat',
      isGood: memory.after <= memory.before * GROWTH_MAX,
      seen: `${memory.before.toFixed(0)} MiB, later ${memory.after.toFixed(0)} MiB`,
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
      isGood: crashes === 0 && quantile(weir.starts, 1) <= START_MAX_MS,
      seen: `${weir.starts.length} starts, p50 ${ms(quantile(weir.starts, 0.5))}, longest ${ms(quantile(weir.starts, 1))}; ${crashes} crashes`,
    },
  ]
}

/** docs/reliability.md, its figures those of this run. */
export function reportOf(soak: Soak, findings: readonly Finding[]): string {
  const { seed, minutes, share, capacity, load, leftOut, planted, unplanted, incidents, senders } =
    soak
  const each = (unit: number): string => whole(Math.round(unit * load))
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? arch()}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`
  const found = Number.isNaN(capacity)
    ? `The load was given: ${load.toFixed(2)} units.`
    : `This machine, which sends as well, carries ${capacity} units; the run was at ${(share * 100).toFixed(0)} % of that.`
  return `# What holds under load and faults

\`npm run soak\` runs a Weir under mixed load, questions, rules and alerts while things are done to it, and counts at the end what was acknowledged against what is there. It is seeded: the same seed plants the same faults in the same order.

\`\`\`sh
npm run soak -- --minutes 60 --seed 1
\`\`\`

The figures below are written by the run itself (\`--report\`).

## The run

${minutes} minutes, seed ${seed}, on ${machine}. ${found}

| a second | |
| --- | --- |
| remote write | ${each(UNIT.remoteWrite)} samples |
| OTLP (JSON) | ${each(UNIT.otlp)} points |
| InfluxDB line protocol | ${each(UNIT.influx)} lines |
| StatsD | ${each(UNIT.statsd)} lines |
| logs (Loki push) | ${each(UNIT.logs)} lines |

Beside it three readers ask all the time, rules run each 5 s, and an incident begins every 8 to 25 s. The receiver of notifications lies: of ${whole([...incidents.lies.values()].reduce((a, b) => a + b, 0))} requests it answered ${[...incidents.lies].map(([lie, count]) => `${count} with "${lie}"`).join(', ')}.

| planted | times |
| --- | --- |
${[...countsOf(planted.map(({ name }) => name))].map(([name, count]) => `| ${name} | ${count} |`).join('\n')}
${unplanted.length === 0 ? '' : `\nDid not come up in this run: ${unplanted.join(', ')}.\n`}${leftOut.length === 0 ? '' : `\nLeft out: ${leftOut.join('; ')}.\n`}
## What was found

| | | |
| --- | --- | --- |
${findings.map(({ what, isGood, seen }) => `| ${isGood ? 'holds' : '**does not hold**'} | ${what} | ${seen} |`).join('\n')}

Acknowledgements that took more than a second, by what was planted about then: ${[...slowDuring(soak)].map(([name, count]) => `${name} ${whole(count)}`).join(', ') || 'none'}.

Requests that were not acknowledged, by status (0: no answer): ${senders.map(({ name, ledger }) => `${name} ${[...ledger.refused].map(([status, count]) => `${status}: ${whole(count)}`).join(', ') || 'none'}`).join('; ')}.

## How it counts

- **Acknowledged**: a request that got 2xx. Each sample and line has a time of its own; at the end each minute of each sender is counted in the store. Fewer than were acknowledged are lost, more than were sent are strange. Nothing is sent a second time.
- **StatsD** acknowledges nothing. Lines may be missing only if they were sent within a flush interval before a kill, while Weir was down, or while the disk was full.
- **An incident** is owed when Weir acknowledged at least 30 of its 45 samples. It must be told, and its end too, whatever was planted meanwhile; a receiver that lies often hears of it minutes later. Told again is what the receiver had to hear twice: it took a message and did not say so, or Weir was killed between sending and writing that down. Incidents during a clock step are left out, since Weir sees them at other times.
- **Memory** is the process's own and shared memory; medians of the second and the last quarter of the part in which the process lives.
- **Latencies** are taken while nothing is planted that stops Weir, from a process on the same machine that makes the load.
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
