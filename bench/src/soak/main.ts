/**
 * A Weir under mixed load and faults, from a seed: nothing acknowledged may be lost, no alert, no memory. Prints each
 * fault and each finding; ends with 1 when one is wrong.
 *
 *     npm run soak -- --minutes 60 --seed 1 --report docs/reliability.md
 *
 * First the load that this machine carries is looked for; the soak runs at `--share` of it (0.7). For its first
 * part the process lives, so that memory and descriptors can be watched; in the second it is killed again and again.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { capacityOf } from './calibrate.ts'
import { Chance } from './chance.ts'
import { heldOf, statsdLoss, wrongValues } from './checks.ts'
import { mountSmallDisk } from './disk.ts'
import { type Fault, faultsOf } from './faults.ts'
import { Incidents, RULES } from './incidents.ts'
import { Readers } from './readers.ts'
import { type Finding, type Planted, type Soak, judge, reportOf } from './report.ts'
import { Statsd, httpSenders } from './senders.ts'
import { Watch } from './watch.ts'
import { KeptWeir } from './weir.ts'

const DISK_BYTES = 6 * 2 ** 30
const FLUSH_MS = 2000
const READERS = 3
/** Of the whole time, so long the process lives. */
const CALM_SHARE = 0.6
/** In the rest, so many times as likely as the other faults are those by which it ends. */
const DEADLY_SHARE = 4
const MINUTE_MS = 60_000
/** Longer than the longest pause between two attempts. */
const LAST_TRIES_MS = 6 * MINUTE_MS

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    share: { type: 'string', default: '0.7' },
    load: { type: 'string' },
    report: { type: 'string' },
  },
})
const minutes = Number(given.minutes)
const seed = Number(given.seed)
const share = Number(given.share)

const chance = new Chance(seed)
const folder = mkdtempSync(join(tmpdir(), 'weir-soak-run-'))
const disk = mountSmallDisk(DISK_BYTES)
const dataDir = join(disk?.path ?? folder, 'data')
mkdirSync(dataDir, { recursive: true })
const library = clockLibrary()
const clockFile = library === undefined ? undefined : join(folder, 'clock')
if (clockFile !== undefined) writeFileSync(clockFile, '+0')
const leftOut = [
  ...(disk === undefined ? ['full disk (no right to mount a small one)'] : []),
  ...(library === undefined ? ['clock steps (libfaketime is not there)'] : []),
]
for (const what of leftOut) say(`left out: ${what}`)

const incidents = await Incidents.open(chance)
writeFileSync(join(folder, 'rules.yml'), RULES)
const weir = await KeptWeir.open({
  folder,
  dataDir,
  config: () => configOf(incidents.url),
  ...(library === undefined ? {} : { clock: { library, file: clockFile! } }),
})
const senders = httpSenders(weir)
const statsd = new Statsd(weir)
const over = new AbortController()
try {
  const startedMs = Math.ceil(Date.now() / 1000) * 1000
  say(`Weir at ${weir.url}; looking for the load that is carried`)
  const capacity = given.load === undefined ? await capacityOf(senders, statsd) : NaN
  const load = given.load === undefined ? capacity * share : Number(given.load)
  if (!(load > 0)) throw new Error('Cannot soak: not even half a unit of load is carried here')
  say(
    `carried: ${capacity} units; soaking at ${load.toFixed(2)} for ${minutes} minutes, seed ${seed}`,
  )

  const watch = new Watch(weir)
  const readers = new Readers(weir, chance, READERS)
  incidents.start(weir)
  const feeding = feed(load)
  const faults = faultsOf({ weir, chance, disk, clockFile })
  const planted: Planted[] = []
  const plant = async (fault: Fault): Promise<void> => {
    say(`planted: ${fault.name}`)
    const one = { name: fault.name, fromMs: Date.now(), toMs: Infinity }
    planted.push(one)
    await fault.run()
    one.toMs = Date.now()
  }
  // Bombs first: what they leave behind for good is not to be taken for growth.
  const bomb = faults.find(({ name }) => name === 'cardinality bomb')!
  for (let i = 0; i < 3; i++) await plant(bomb)
  const soakMs = Date.now()
  const calmEndMs = soakMs + minutes * MINUTE_MS * CALM_SHARE
  await plantUntil(
    calmEndMs,
    faults.filter(({ isDeadly }) => !isDeadly),
    plant,
  )
  const calmMs = calmEndMs - soakMs
  const spans = [
    [soakMs + calmMs * 0.25, soakMs + calmMs * 0.5],
    [soakMs + calmMs * 0.75, calmEndMs],
  ] as const
  const memory = watch.growth(spans, 'memoryMiB')
  const descriptors = watch.growth(spans, 'descriptors')
  const deadly = faults.filter(({ isDeadly }) => isDeadly)
  const often = Array.from({ length: DEADLY_SHARE }, () => deadly).flat()
  await plantUntil(soakMs + minutes * MINUTE_MS, [...faults, ...often], plant)

  say('no more faults; what is owed may arrive')
  incidents.isHonest = true
  await incidents.stop()
  await allTold()
  over.abort()
  await feeding
  await readers.stop()
  watch.stop()
  await pause(15_000)

  say('counting what there is')
  const held = []
  for (const sender of senders) held.push(await heldOf(weir, sender))
  const soak: Soak = {
    seed,
    minutes,
    share,
    capacity,
    load,
    leftOut,
    planted,
    unplanted: faults
      .map(({ name }) => name)
      .filter((name) => planted.every((one) => one.name !== name)),
    held,
    values: await wrongValues(weir, [Math.floor(startedMs / MINUTE_MS) * MINUTE_MS, Date.now()]),
    statsd: await statsdLoss(weir, statsd, FLUSH_MS),
    senders,
    readers,
    incidents,
    memory,
    descriptors,
    weir,
  }
  const findings = judge(soak)
  for (const finding of findings) say(lineOf(finding))
  if (given.report !== undefined) writeFileSync(given.report, reportOf(soak, findings))
  process.exitCode = findings.every(({ isGood }) => isGood) ? 0 : 1
} finally {
  over.abort()
  statsd.close()
  incidents.close()
  await weir.close()
  disk?.unmount()
  rmSync(folder, { recursive: true, force: true })
}
process.exit()

/** All senders, a round a second; one that is late does not hold up the next second of the others. */
async function feed(load: number): Promise<void> {
  const under = new Set<Promise<void>>()
  for (
    let timeMs = (Math.floor(Date.now() / 1000) + 1) * 1000;
    !over.signal.aborted;
    timeMs += 1000
  ) {
    await pause(Math.max(0, timeMs - Date.now()))
    const round = Promise.all([
      ...senders.map((one) => one.tick(timeMs, load)),
      weir.isOut ? undefined : statsd.tick(timeMs, load),
    ]).then(() => undefined)
    under.add(round)
    void round.finally(() => under.delete(round))
    if (under.size > 20) await Promise.race(under)
  }
  await Promise.all(under)
}

/** Whoever was lied to again and again tries after minutes; longer than that nobody waits. */
async function allTold(): Promise<void> {
  for (let waited = 0; waited < LAST_TRIES_MS; waited += 5000) {
    const { beginnings, ends } = incidents.missed()
    if (beginnings + ends === 0) return
    await pause(5000)
  }
}

async function plantUntil(
  endMs: number,
  faults: readonly Fault[],
  plant: (fault: Fault) => Promise<void>,
): Promise<void> {
  for (;;) {
    await pause(chance.between(8000, 25_000))
    if (Date.now() > endMs) return
    await plant(chance.pick(faults))
  }
}

function configOf(receiver: string): string {
  return `global: { evaluation_interval: 5s }
rule_files: [${join(folder, 'rules.yml')}]
statsd: { flush_interval: ${FLUSH_MS}ms }
storage:
  metrics:
    retention_time: 1d
    limits: { series: 600000, series_per_metric: 250000 }
web: { header_timeout: 5s, request_timeout: 10s }
alertmanager:
  route: { receiver: soak, group_by: [alertname, incident], group_wait: 1s, group_interval: 5s, repeat_interval: 12h }
  receivers:
    - name: soak
      webhook_configs: [{ url: '${receiver}', timeout: 10s }]
`
}

function clockLibrary(): string | undefined {
  const roots = ['/usr/lib', '/usr/local/lib']
  const folders = roots.flatMap((root) =>
    existsSync(root) ? readdirSync(root).map((name) => join(root, name, 'faketime')) : [],
  )
  return [...folders, '/usr/lib/faketime']
    .map((path) => join(path, 'libfaketimeMT.so.1'))
    .find((path) => existsSync(path))
}

function lineOf({ isGood, what, seen }: Finding): string {
  return `${isGood ? 'ok  ' : 'FAIL'} ${what} (${seen})`
}

function say(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
}
