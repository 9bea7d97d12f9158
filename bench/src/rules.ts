/**
 * What rules and grouping cost: 10,000 rules over 100,000 series, evaluated every 15 s, and then a
 * storm of 53,000 alerts at once through grouping to a webhook. Weir against Prometheus with an
 * Alertmanager beside it, one after the other, each fed the same samples by remote write.
 *
 * Processor time of rules is what a minute costs with them less what a minute costs without.
 *
 * | variable | is |
 * | --- | --- |
 * | `BENCH_SERIES` | 100,000 unless told; eight rules for 75 series |
 * | `BENCH_SECONDS` | how long each phase is measured, 60 unless told |
 * | `BENCH_SIDES` | `Weir,Prometheus` unless told |
 *
 * Peers are found in the folder `WEIR_PEERS` or on PATH; one that is not here is left out by name.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import {
  type AlertPeer,
  type CountingReceiver,
  alertmanagerConfig,
  startAlertmanager,
  startReceiver,
} from './alert-peer.ts'
import { LiveFeed } from './live-feed.ts'
import { cpuMs, resident } from './process.ts'
import { pipelineRules, stormRules } from './rule-set.ts'
import { type Side, startSide } from './sides.ts'

const seriesCount = Number(process.env['BENCH_SERIES'] ?? 100_000)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 60)
const sides = (process.env['BENCH_SIDES'] ?? 'Weir,Prometheus').split(',')

const pipelines = Math.floor(seriesCount / 75)
const stormSize = Math.floor((seriesCount / 15) * 8)

interface Figures {
  readonly name: string
  readonly idleMs: number
  readonly ruleMs: number
  readonly memoryMiB: number
  readonly stormMs: number
  readonly stormSeconds: number
  readonly stormMiB: number
}

console.log(
  `${pipelines * 8} rules over ${seriesCount} series every 15 s, then ${stormSize} alerts at once; load ${loadavg()[0]!.toFixed(1)}`,
)
const all: Figures[] = []
for (const name of sides) {
  const figures = await measure(name as 'Weir' | 'Prometheus')
  if (figures === undefined) console.log(`${name}: not here (WEIR_PEERS or PATH)`)
  else all.push(figures)
}
const [first, ...others] = all
for (const one of all) {
  console.log(
    `${one.name}: a minute without rules ${one.idleMs.toFixed(0)} ms of processor, with them ${(one.idleMs + one.ruleMs).toFixed(0)} (rules ${one.ruleMs.toFixed(0)}), ${one.memoryMiB.toFixed(0)} MiB; storm ${one.stormMs.toFixed(0)} ms of processor in ${one.stormSeconds.toFixed(0)} s, at most ${one.stormMiB.toFixed(0)} MiB`,
  )
}
for (const one of others) {
  if (first === undefined) break
  const ratio = (of: (figures: Figures) => number): string => `${(of(first) / of(one)).toFixed(2)}x`
  console.log(
    `${first.name} of ${one.name}: rules ${ratio((f) => f.ruleMs)}, all ${ratio((f) => f.idleMs + f.ruleMs)}, memory ${ratio((f) => f.memoryMiB)}; storm ${ratio((f) => f.stormMs)}, memory ${ratio((f) => f.stormMiB)}`,
  )
}

async function measure(name: 'Weir' | 'Prometheus'): Promise<Figures | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-rules-'))
  const receiver = await startReceiver()
  const ruleFile = join(folder, 'rules.yml')
  writeFileSync(ruleFile, 'groups: []\n')
  const routing = alertmanagerConfig(receiver.url)
  const peer =
    name === 'Prometheus' ? await startAlertmanager(join(folder, 'am'), routing) : undefined
  try {
    if (name === 'Prometheus' && peer === undefined) return undefined
    const side = await startSide(name, folder, {
      config: configOf(name, { ruleFile, routing, peer }),
      // By itself it drops what more than 10,000 alerts wait for.
      flags: ['--web.enable-lifecycle', '--alertmanager.notification-queue-capacity=100000'],
    })
    if (side === undefined) return undefined
    try {
      return await run({ name, side, peer, receiver, ruleFile })
    } finally {
      await side.stop()
    }
  } finally {
    await peer?.stop()
    await receiver.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function configOf(
  name: 'Weir' | 'Prometheus',
  {
    ruleFile,
    routing,
    peer,
  }: {
    readonly ruleFile: string
    readonly routing: string
    readonly peer: AlertPeer | undefined
  },
): string {
  const shared = `rule_files: [${ruleFile}]\n`
  if (name === 'Prometheus') {
    return `${shared}alerting: {alertmanagers: [{static_configs: [{targets: ['${peer!.address}']}]}]}\n`
  }
  const indented = routing.replaceAll(/^(?=.)/gm, '  ')
  return `${shared}alertmanager:\n${indented}`
}

interface Running {
  readonly name: string
  readonly side: Side
  readonly peer: AlertPeer | undefined
  readonly receiver: CountingReceiver
  readonly ruleFile: string
}

async function run({ name, side, peer, receiver, ruleFile }: Running): Promise<Figures> {
  const pids = [side.pid, ...(peer === undefined ? [] : [peer.pid])]
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuMs(pid), 0)
  const memory = (): number => pids.reduce((sum, pid) => sum + resident(pid).allMiB, 0)
  const feed = new LiveFeed(side.url, seriesCount)
  await feed.past()
  const sending = feed.live()
  try {
    await pause(20_000)
    const idleMs = await costOf(cpu)
    writeFileSync(ruleFile, pipelineRules(pipelines))
    await reload(side.url)
    await pause(35_000)
    const ruleMs = (await costOf(cpu)) - idleMs
    const memoryMiB = memory()
    await said(side.url, name)
    writeFileSync(ruleFile, stormRules())
    const began = performance.now()
    const before = cpu()
    let stormMiB = 0
    const reloading = reload(side.url)
    while (receiver.alerts < stormSize && performance.now() - began < 180_000) {
      stormMiB = Math.max(stormMiB, memory())
      await pause(250)
    }
    await reloading
    const stormSeconds = (performance.now() - began) / 1000
    // Feeding goes on meanwhile: what it costs is not the storm's.
    const stormMs = cpu() - before - (idleMs / 60) * stormSeconds
    console.log(
      `${name}: ${receiver.messages} messages with ${receiver.alerts} of ${stormSize} alerts`,
    )
    return { name, idleMs, ruleMs, memoryMiB, stormMs, stormSeconds, stormMiB }
  } finally {
    feed.stop()
    await sending
  }
}

/** Processor time of a minute, measured over a whole number of intervals. */
async function costOf(cpu: () => number): Promise<number> {
  const before = cpu()
  await pause(seconds * 1000)
  return ((cpu() - before) * 60) / seconds
}

async function reload(url: string): Promise<void> {
  const answer = await fetch(`${url}/-/reload`, { method: 'POST' })
  if (!answer.ok) throw new Error(`reload: ${answer.status} ${await answer.text()}`)
}

/** That rules were evaluated, and how many failed. */
async function said(url: string, name: string): Promise<void> {
  const answer = await fetch(`${url}/api/v1/rules`)
  const { data } = (await answer.json()) as {
    readonly data: {
      readonly groups: readonly { readonly rules: readonly { readonly health: string }[] }[]
    }
  }
  const rules = data.groups.flatMap((group) => group.rules)
  const good = rules.filter(({ health }) => health === 'ok').length
  console.log(`${name}: ${rules.length} rules, ${good} evaluated and good`)
}
