/** What is planted. Each ends by itself, and takes down as an outage only what Weir may answer with refusals. */
import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

import { RemoteWriteBodies, sendBody } from '../remote-write.ts'
import type { Chance } from './chance.ts'
import type { SmallDisk } from './disk.ts'
import type { KeptWeir } from './weir.ts'

export interface Fault {
  readonly name: string
  /** Whether the process ends by it: kept for the second part, since the first one looks at memory. */
  readonly isDeadly: boolean
  run(): Promise<void>
}

export interface FaultTools {
  readonly weir: KeptWeir
  readonly chance: Chance
  readonly disk: SmallDisk | undefined
  /** The file that shifts Weir's clock; undefined where there is no library for it. */
  readonly clockFile: string | undefined
}

const BOMB_SERIES = 50_000
const BOMB_CHUNK = 5000
const FLOOD_PACKETS = 5000

export function faultsOf({ weir, chance, disk, clockFile }: FaultTools): Fault[] {
  const faults: Fault[] = [
    { name: 'SIGKILL', isDeadly: true, run: () => weir.restart('SIGKILL') },
    { name: 'SIGTERM and start', isDeadly: true, run: () => weir.restart('SIGTERM') },
    { name: 'reload', isDeadly: false, run: async () => weir.reload() },
    { name: 'broken configuration', isDeadly: false, run: () => brokenConfiguration(weir) },
    { name: 'cardinality bomb', isDeadly: false, run: () => cardinalityBomb(weir, chance) },
    { name: 'malformed datagrams', isDeadly: false, run: () => malformedDatagrams(weir, chance) },
    { name: 'malformed requests', isDeadly: false, run: () => malformedRequests(weir, chance) },
    { name: 'clients that stall', isDeadly: false, run: () => stallingClients(weir) },
  ]
  if (disk !== undefined) {
    faults.push({ name: 'full disk', isDeadly: false, run: () => fullDisk(weir, disk, chance) })
  }
  if (clockFile !== undefined) {
    faults.push({
      name: 'clock step',
      isDeadly: false,
      run: () => clockStep(weir, clockFile, chance),
    })
  }
  return faults
}

async function brokenConfiguration(weir: KeptWeir): Promise<void> {
  writeFileSync(weir.configFile, 'statsd: { flush_interval: yesterday }\n')
  weir.reload()
  await pause(2000)
  writeFileSync(weir.configFile, weir.config)
  weir.reload()
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

const BROKEN_BODIES: readonly (readonly [path: string, type: string])[] = [
  ['/api/v1/write', 'application/x-protobuf'],
  ['/v1/metrics', 'application/x-protobuf'],
  ['/v1/metrics', 'application/json'],
  ['/write?db=x', 'text/plain'],
  ['/loki/api/v1/push', 'application/json'],
  ['/loki/api/v1/push', 'application/x-protobuf'],
  ['/_bulk', 'application/x-ndjson'],
  ['/api/weir/v1/logs', 'application/x-ndjson'],
  ['/metrics/job/x', 'text/plain'],
  ['/api/v2/alerts', 'application/json'],
  ['/api/weir/v1/dashboards', 'application/json'],
]

async function malformedRequests(weir: KeptWeir, chance: Chance): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const [path, type] = chance.pick(BROKEN_BODIES)
    const packing = chance.pick(['identity', 'gzip', 'snappy', 'deflate'])
    const body = new Uint8Array(chance.bytes(chance.whole(0, 5000)))
    const headers = { 'content-type': type, 'content-encoding': packing }
    await fetch(weir.url + path, { method: 'POST', headers, body }).then(
      (answer) => answer.arrayBuffer(),
      () => undefined,
    )
  }
}

/** Connections that say a little and then nothing: Weir must let go of them. */
async function stallingClients(weir: KeptWeir): Promise<void> {
  const { hostname, port } = new URL(weir.url)
  const sockets = Array.from({ length: 200 }, (_, i) => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.write(
      i % 2 === 0
        ? 'GET /api/v1/query?query=up HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '
        : 'POST /api/v1/write HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\nabc',
    )
    return socket
  })
  await pause(15_000)
  for (const socket of sockets) socket.destroy()
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
