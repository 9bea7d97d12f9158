import { type Alert, type Clock, Labels, systemClock } from '@weir/model'
import { fingerprint } from '../fingerprint.ts'
import { logEntry } from '../notify/stages.ts'
import { AlertingEvents } from '../telemetry.ts'
import { MemoryStore, recordingTelemetry } from '../testing/memory-rooms.ts'
import { AlertStore } from './alert-store.ts'
import { parseRouting } from './config.ts'
import { Dispatcher } from './dispatcher.ts'
import type { NotificationDoor } from './door.ts'

/**
 * `npx tsx packages/alerting/src/route/routing.bench.ts`: CPU and heap of 50,000 alerts through the tree,
 * in 500 groups and in one.
 */
const COUNT = 50_000
const BATCH = 256

let nowMs = Date.UTC(2026, 0, 1)
const clock: Clock = {
  now: () => nowMs as ReturnType<Clock['now']>,
  monotonicMs: () => nowMs,
  sleep: () => Promise.reject(new Error('nobody sleeps here')),
}

/** New texts each time, as they come from a sender. */
function alertOf(i: number): Alert {
  const copy = (text: string): string => Buffer.from(text).toString()
  return {
    labels: Labels.of({
      alertname: copy(`Alert${i % 50}`),
      cluster: copy(`cluster-${Math.floor(i / 50) % 10}`),
      instance: copy(`host-${i}.example.com:9100`),
      job: copy(`job-${i % 40}`),
      severity: copy(i % 3 === 0 ? 'critical' : 'warning'),
      team: copy(`team-${i % 20}`),
    }),
    annotations: Labels.of({
      summary: copy(`Something is wrong with host-${i}`),
      description: copy('A longer text that says what is going on and what somebody could do.'),
    }),
    startsAtMs: nowMs,
    endsAtMs: nowMs + 3_600_000,
    generatorUrl: copy('http://prometheus.example.com/graph?g0.expr=up+%3D%3D+0'),
  }
}

async function measured(what: string, act: () => Promise<unknown>): Promise<void> {
  const before = process.cpuUsage()
  const startMs = systemClock.monotonicMs()
  await act()
  const { user, system } = process.cpuUsage(before)
  const wallMs = Math.round(systemClock.monotonicMs() - startMs)
  const heap = Math.round(process.memoryUsage().heapUsed / 2 ** 20)
  process.stdout.write(
    `  ${what}: ${Math.round((user + system) / 1000)} ms of CPU, ${wallMs} ms, heap ${heap} MiB\n`,
  )
}

async function run(groupBy: string): Promise<void> {
  process.stdout.write(`group_by: ${groupBy}\n`)
  const text = `
route: {receiver: hook, group_by: ${groupBy}, group_interval: 5m, routes: [{matchers: ['severity=~"page|urgent.*"']}]}
receivers: [{name: hook, webhook_configs: [{url: 'http://r/'}]}]
`
  const routing = parseRouting(
    { fileName: 'am.yml', text },
    { clock, fetch: () => Promise.reject(new Error('nothing is sent here')) },
  )
  const log = new Map<string, ReturnType<typeof logEntry>>()
  let told = 0
  const door: NotificationDoor = {
    logEntry: (_, groupKey) => log.get(groupKey),
    note: async (_, groupKey, entry) => void log.set(groupKey, entry),
    put: async (_, facts, telling) => {
      told += facts.alerts.length
      log.set(facts.groupKey, logEntry(telling, ''))
    },
  }
  const dispatcher = new Dispatcher(routing, new AlertStore(new MemoryStore()), {
    clock,
    door,
    events: new AlertingEvents(recordingTelemetry().telemetry),
    silencer: { silencedBy: () => [] },
    externalUrl: '',
    isDriven: true,
  })
  await dispatcher.regroup(routing)
  const batch = (from: number): Alert[] => {
    const to = Math.min(from + BATCH, COUNT)
    return Array.from({ length: to - from }, (_, k) => alertOf(from + k))
  }
  const receive = async (): Promise<void> => {
    for (let from = 0; from < COUNT; from += BATCH) await dispatcher.receive(batch(from))
  }
  await measured('they are made (part of what follows)', async () => {
    for (let from = 0; from < COUNT; from += BATCH) batch(from)
  })
  const turn = async (): Promise<void> => {
    nowMs += 300_000
    await dispatcher.takeTurns()
  }
  await measured('they come', receive)
  nowMs += 30_000
  await measured('they are told', () => dispatcher.takeTurns())
  await measured('they come again', receive)
  nowMs += 60_000
  await measured('and again', receive)
  await measured('a turn with nothing new', turn)
  process.stdout.write(`  told ${told}\n`)
}

const labels = Array.from({ length: COUNT }, (_, i) => alertOf(i).labels)
await measured('fingerprints', async () => {
  for (const one of labels) fingerprint(one)
})
await run('[alertname, cluster]')
await run('[]')
