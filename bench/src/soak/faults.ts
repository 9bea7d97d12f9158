/** What is planted. Each ends by itself, and takes down as an outage only what Weir may answer with refusals. */
import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

import { RemoteWriteBodies, sendBody } from '../remote-write.ts'
import type { Backups } from './backups.ts'
import type { Chance } from './chance.ts'
import { resettingClients, slowReaders, stallingClients } from './clients.ts'
import type { SmallDisk } from './disk.ts'
import { type Engine, engineFaults } from './engine.ts'
import type { Incidents } from './incidents.ts'
import type { Reloads } from './reloads.ts'
import type { SpoiledRequests } from './spoiled.ts'
import type { KeptWeir } from './weir.ts'

export interface Fault {
  readonly name: string
  /** Whether the process ends by it: kept for the second part, since the first one looks at memory. */
  readonly isDeadly?: boolean
  /** About so long it takes: what the plan makes room for. */
  readonly lastsMs: number
  run(): Promise<void>
}

export interface FaultTools {
  readonly weir: KeptWeir
  readonly chance: Chance
  readonly incidents: Incidents
  readonly spoiled: SpoiledRequests
  readonly reloads: Reloads
  readonly backups: Backups
  readonly disk: SmallDisk | undefined
  /** The file that shifts Weir's clock; undefined where there is no library for it. */
  readonly clockFile: string | undefined
  /** Who keeps the metrics, where Weir does not itself. */
  readonly engine: Engine | undefined
}

const BOMB_SERIES = 50_000
const BOMB_CHUNK = 5000
const FLOOD_PACKETS = 5000
const RECEIVER_MS = 30_000

export function faultsOf(tools: FaultTools): Fault[] {
  const { weir, chance, incidents, spoiled, reloads, backups, disk, clockFile, engine } = tools
  const faults: Fault[] = [
    {
      name: 'SIGKILL and start',
      isDeadly: true,
      lastsMs: 6000,
      run: () => weir.restart('SIGKILL'),
    },
    {
      name: 'SIGTERM and start',
      isDeadly: true,
      lastsMs: 8000,
      run: () => weir.restart('SIGTERM'),
    },
    { name: 'process stopped for a while', lastsMs: 10_000, run: () => freeze(weir, chance) },
    { name: 'reload', lastsMs: 3000, run: () => reloads.change() },
    { name: 'broken configuration', lastsMs: 5000, run: () => reloads.breakIt() },
    { name: 'backup', lastsMs: 6000, run: () => backups.take() },
    { name: 'cardinality bomb', lastsMs: 5000, run: () => cardinalityBomb(weir, chance) },
    { name: 'malformed datagrams', lastsMs: 3000, run: () => malformedDatagrams(weir, chance) },
    { name: 'malformed requests', lastsMs: 6000, run: () => spoiled.send() },
    { name: 'clients that stall', lastsMs: 15_000, run: () => stallingClients(weir) },
    { name: 'clients that reset', lastsMs: 4000, run: () => resettingClients(weir, chance) },
    { name: 'clients that read slowly', lastsMs: 20_000, run: () => slowReaders(weir) },
    {
      name: 'receiver is slow',
      lastsMs: RECEIVER_MS,
      run: () => incidents.be('slow', RECEIVER_MS),
    },
    {
      name: 'receiver refuses all',
      lastsMs: RECEIVER_MS,
      run: () => incidents.be('refusing', RECEIVER_MS),
    },
  ]
  if (disk !== undefined) {
    faults.push({ name: 'full disk', lastsMs: 20_000, run: () => fullDisk(weir, disk, chance) })
  }
  if (clockFile !== undefined) {
    const run = (): Promise<void> => clockStep(weir, clockFile, chance)
    faults.push({ name: 'clock step', lastsMs: 30_000, run })
  }
  if (engine !== undefined) faults.push(...engineFaults(engine, weir, chance))
  return faults
}

async function freeze(weir: KeptWeir, chance: Chance): Promise<void> {
  await weir.freeze(chance.between(3000, 15_000))
}

/** Series that nobody has seen, by remote write and by StatsD, until limits refuse them. */
async function cardinalityBomb(weir: KeptWeir, chance: Chance): Promise<void> {
  const salt = chance.whole(0, 1e9)
  const socket = createSocket('udp4')
  for (let first = 0; first < BOMB_SERIES; first += BOMB_CHUNK) {
    const series = Array.from({ length: BOMB_CHUNK }, (_, i) => ({
      labels: { __name__: 'soak_bomb', id: `${salt}-${first + i}` },
      at: () => 1,
    }))
    const body = new RemoteWriteBodies(series).encode(
      { first: 0, last: BOMB_CHUNK, from: 0, to: 1 },
      () => Date.now(),
    )
    await sendBody(weir.url, body).catch(() => undefined) // refused at the limit, as it should be
    const lines = Array.from({ length: 20 }, (_, i) => `soak_bomb_${salt}_${first + i}:1|c`)
    socket.send(lines.join('\n'), weir.statsdPort, '127.0.0.1', () => undefined)
  }
  await pause(500)
  socket.close()
}

async function malformedDatagrams(weir: KeptWeir, chance: Chance): Promise<void> {
  const socket = createSocket('udp4')
  for (let i = 0; i < FLOOD_PACKETS; i++) {
    socket.send(chance.bytes(chance.whole(1, 400)), weir.statsdPort, '127.0.0.1', () => undefined)
    if (i % 100 === 99) await pause(20)
  }
  socket.close()
}

async function fullDisk(weir: KeptWeir, disk: SmallDisk, chance: Chance): Promise<void> {
  const outage = weir.begin('disk')
  disk.fill()
  await pause(chance.between(8000, 20_000))
  disk.empty()
  await pause(6000) // room is looked for every few seconds
  outage.toMs = Date.now()
}

async function clockStep(weir: KeptWeir, file: string, chance: Chance): Promise<void> {
  const outage = weir.begin('clock')
  const seconds = chance.pick([-120, -30, 30, 120])
  writeFileSync(file, `${seconds > 0 ? '+' : ''}${seconds}`)
  await pause(20_000)
  writeFileSync(file, '+0')
  await pause(10_000)
  outage.toMs = Date.now()
}
