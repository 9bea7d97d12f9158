/**
 * A Weir under mixed load and faults, from a seed: nothing acknowledged may be lost, no alert, no memory. Prints each
 * fault and each finding; ends with 1 when one is wrong.
 *
 *     npm run soak -- --minutes 60 --seed 1 --report docs/reliability.md
 *
 * First the load that this machine carries is looked for; the soak runs at `--share` of it (0.7), or at `--load` units.
 * For its first part the process lives, so that memory and descriptors can be watched; in the second it is killed again
 * and again. Each kind of fault comes up. With `--engine victoriametrics` the metrics are kept by a VictoriaMetrics of
 * WEIR_PEERS, which is killed, cut off, slow and silent too. `--log FILE` keeps what Weir logged; `--as NAME` says which
 * place of the page the report goes to; `--program FILE` runs another Weir than that of this tree, a packed one say.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { capacityOf } from './calibrate.ts'
import { weirProgram } from '../sides.ts'
import { Backups } from './backups.ts'
import { Chance } from './chance.ts'
import { foundOf, heldOf, numberOf, statsdLoss, wrongValues } from './checks.ts'
import { mountSmallDisk } from './disk.ts'
import { Engine } from './engine.ts'
import { type Fault, faultsOf } from './faults.ts'
import { Incidents, RULES } from './incidents.ts'
import { around, intoPage } from './page.ts'
import { Deck, plantUntil } from './plan.ts'
import { Readers } from './readers.ts'
import { Reloads } from './reloads.ts'
import { type Finding, type Planted, type Soak, judge, reportOf } from './report.ts'
import { Statsd, httpSenders } from './senders.ts'
import { BESIDE_QUESTION, SpoiledRequests } from './spoiled.ts'
import { Watch } from './watch.ts'
import { KeptWeir } from './weir.ts'

const DISK_BYTES = 6 * 2 ** 30
const FLUSH_MS = 2000
const READERS = 3
/** Of the whole time, so long the process lives. */
const CALM_SHARE = 0.6
/** In the rest, so many times each of the faults by which it ends is in the pack; it holds half of them in all. */
const KILLS = 3
const MINUTE_MS = 60_000
/** Longer than the longest pause between two attempts. */
const LAST_TRIES_MS = 6 * MINUTE_MS
const CATCHES_UP_MS_MAX = 10 * MINUTE_MS

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    share: { type: 'string', default: '0.7' },
    load: { type: 'string' },
    engine: { type: 'string' },
    log: { type: 'string' },
    program: { type: 'string', default: weirProgram },
    report: { type: 'string' },
    as: { type: 'string', default: 'quiet' },
  },
})
const minutes = Number(given.minutes)
const seed = Number(given.seed)
const share = Number(given.share)
if (given.engine !== undefined && given.engine !== 'victoriametrics') {
  throw new Error(`Cannot soak with the engine ${given.engine}: want victoriametrics`)
}

if (given.report !== undefined) around(given.report, given.as)

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

const engine = given.engine === undefined ? undefined : await Engine.open(folder)
const incidents = await Incidents.open(chance)
const rulesFile = join(folder, 'rules.yml')
writeFileSync(rulesFile, RULES)
const weir = await KeptWeir.open({
  program: given.program,
  folder,
  dataDir,
  config: configOf(incidents.url, engine),
  ...(library === undefined ? {} : { clock: { library, file: clockFile! } }),
})
const senders = httpSenders(weir)
const statsd = new Statsd(weir)
const spoiled = new SpoiledRequests(weir, chance)
const reloads = new Reloads(weir, rulesFile, RULES)
const backups = new Backups(weir, folder)
const over = new AbortController()
try {
  const startedMs = Math.ceil(Date.now() / 1000) * 1000
  say(`Weir at ${weir.url}, in ${folder}; looking for the load that is carried`)
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
  const faults = faultsOf({
    weir,
    chance,
    incidents,
    spoiled,
    reloads,
    backups,
    disk,
    clockFile,
    engine,
  })
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
  const harmless = faults.filter(({ isDeadly }) => isDeadly !== true)
  await plantUntil(calmEndMs, harmless, chance, plant)
  const calmMs = Date.now() - soakMs
  const at = (part: number): number => soakMs + calmMs * part
  const spans = [
    [at(0.25), at(0.5)],
    [at(0.75), at(1)],
  ] as const
  const memory = watch.growth(spans, 'memoryMiB', 0.5)
  const descriptors = watch.growth(spans, 'descriptors', 0)
  const lines = watch.lines([at(0.5), at(1)])
  const deadly = faults.filter(({ isDeadly }) => isDeadly === true)
  const kills = Array.from({ length: KILLS }, () => deadly).flat()
  const others = new Deck(harmless, chance)
  const endMs = soakMs + minutes * MINUTE_MS
  do {
    const between = kills.map(() => others.deal())
    await plantUntil(0, [...kills, ...between], chance, plant)
  } while (Date.now() < endMs)
  // The last one is restored: one that was taken after all kills has the most to show.
  await plant(faults.find(({ name }) => name === 'backup')!)

  say('no more faults; what is owed may arrive')
  incidents.mood = 'honest'
  await incidents.stop()
  await allTold()
  over.abort()
  await feeding
  await readers.stop()
  watch.stop()
  await pause(15_000)

  await engine?.catchesUp(weir, CATCHES_UP_MS_MAX)

  say('counting what there is')
  const urls = { metrics: engine?.directUrl ?? weir.url, logs: weir.url }
  const counted = [...senders, spoiled.beside]
  const held = []
  for (const one of counted) held.push(await heldOf(one.isLog ? urls.logs : urls.metrics, one))
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
    restored: await backups.restored(counted, configOf(incidents.url, undefined)),
    values: await wrongValues(urls.metrics, [
      Math.floor(startedMs / MINUTE_MS) * MINUTE_MS,
      Date.now(),
    ]),
    statsd: await statsdLoss(weir, urls.metrics, statsd, FLUSH_MS),
    strange: await foundOf(urls, spoiled.never),
    besideCounted: await numberOf(urls.metrics, BESIDE_QUESTION),
    senders,
    readers,
    incidents,
    spoiled,
    reloads,
    backups,
    memory,
    lines,
    descriptors,
    diskMiB: watch.looks.at(-1)?.diskMiB ?? NaN,
    engine,
    weir,
  }
  const findings = judge(soak)
  for (const finding of findings) say(lineOf(finding))
  if (given.report !== undefined) intoPage(given.report, given.as, reportOf(soak, findings))
  process.exitCode = findings.every(({ isGood }) => isGood) ? 0 : 1
} finally {
  over.abort()
  statsd.close()
  incidents.close()
  await weir.close()
  await engine?.close()
  if (given.log !== undefined) copyFileSync(join(folder, 'weir.log'), given.log)
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
      weir.isAway ? undefined : statsd.tick(timeMs, load),
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

function configOf(receiver: string, behind: Engine | undefined): string {
  const away =
    behind === undefined
      ? ''
      : `
    engine: prometheus
    write_url: ${behind.url}/api/v1/write
    read_url: ${behind.url}`
  return `global: { evaluation_interval: 5s }
rule_files: [${rulesFile}]
statsd: { flush_interval: ${FLUSH_MS}ms }
storage:
  metrics:${away}
    retention_time: 1d
    limits: { series: 600000, series_per_metric: 250000 }
web: { header_timeout: 5s, request_timeout: 10s, enable_admin_api: true }
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
