import { createSocket } from 'node:dgram'
import { type Socket, connect } from 'node:net'
import {
  type Appender,
  type Clock,
  type Labels,
  type Millis,
  type SampleRun,
  type SeriesRef,
  WeirError,
  isStale,
} from '@weir/model'
import { expect, vi } from 'vitest'
import { statsdConfig } from '../../statsd/config.ts'
import { readMappings } from '../../statsd/mapping-file.ts'
import { showFamilies } from '../../statsd/test-stand.ts'
import { pino } from 'pino'
import { Log } from '../../telemetry/log.ts'
import type { Told } from '../../events/told.ts'
import { Registry } from '../../telemetry/registry.ts'
import { type StatsdIntake, startStatsd } from '../statsd.ts'

/** Time that stands still until the test moves it. */
class HandClock implements Clock {
  ms = 1_700_000_000_000
  #sleepers: { readonly atMs: number; readonly wake: () => void }[] = []

  now(): Millis {
    return this.ms as Millis
  }

  monotonicMs(): number {
    return this.ms
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.push({ atMs: this.ms + ms, wake: resolve })
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  }

  move(ms: number): void {
    this.ms += ms
    const due = this.#sleepers.filter(({ atMs }) => atMs <= this.ms)
    this.#sleepers = this.#sleepers.filter(({ atMs }) => atMs > this.ms)
    for (const { wake } of due) wake()
  }
}

/** Keeps what was committed as `series value`; fails when told to. */
class Notebook implements Appender {
  readonly commits: string[][] = []
  /** Times of the samples of each commit. */
  readonly times: number[][] = []
  fails = false
  readonly described: string[] = []
  readonly #labels: Labels[] = []
  #queued: string[] = []
  #queuedTimes: number[] = []

  ref(labels: Labels): SeriesRef {
    return (this.#labels.push(labels) - 1) as SeriesRef
  }

  release(): void {}

  append(ref: SeriesRef, timeMs: number, value: number): void {
    this.#queuedTimes.push(timeMs)
    this.#queued.push(`${this.#labels[ref]!.toString()} ${isStale(value) ? 'stale' : value}`)
  }

  appendColumns({ refs, times, values }: SampleRun, count: number): void {
    for (let i = 0; i < count; i++) this.append(refs[i]! as SeriesRef, times[i]!, values[i]!)
  }

  appendHistogram(): void {}

  appendExemplar(): void {}

  describe(name: string, { type }: { readonly type: string }): void {
    this.described.push(`${name} ${type}`)
  }

  commit(): ReturnType<Appender['commit']> {
    const batch = this.#queued
    const times = this.#queuedTimes
    this.#queued = []
    this.#queuedTimes = []
    if (this.fails) return Promise.reject(new WeirError('BUG', 'disk full'))
    this.commits.push(batch)
    this.times.push(times)
    return Promise.resolve({ appended: batch.length, rejected: {}, example: '' })
  }

  close(): void {}
}

const opened: StatsdIntake[] = []

/** Closes every intake that was started; for `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const intake of opened.splice(0)) await intake[Symbol.asyncDispose]()
}

/** An intake on loopback with sockets that are real, a clock and a store that are not. */
export async function start(config: object = {}, mapping = '', stateFolder?: string) {
  const clock = new HandClock()
  const appender = new Notebook()
  const registry = new Registry()
  const log: string[] = []
  const logger = pino({ level: 'info', base: null }, { write: (line) => log.push(line) })
  const told: Told[] = []
  const intake = await startStatsd({
    config: statsdConfig.parse({ listen: '127.0.0.1:0', ...config }),
    mappings: readMappings([{ file: 'mapping.yml', text: mapping }]),
    appender,
    events: { keep: async (batch) => void told.push(...batch), queuedMax: 10 },
    telemetry: { registry, log: new Log(logger) },
    clock,
    ...(stateFolder === undefined ? {} : { stateFolder }),
  })
  opened.push(intake)
  const port = (kind: string): number =>
    Number(
      intake.addresses
        .find((way) => way.kind === kind)!
        .address.split(':')
        .at(-1),
    )
  return { intake, clock, appender, registry, log, port, told }
}

export type Started = Awaited<ReturnType<typeof start>>

export async function sendUdp(to: Started, ...packets: readonly string[]): Promise<void> {
  const socket = createSocket('udp4')
  for (const packet of packets) {
    await new Promise((resolve) => socket.send(packet, to.port('statsd-udp'), '127.0.0.1', resolve))
  }
  socket.close()
}

export function openTcp(to: Started): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(to.port('statsd-tcp'), '127.0.0.1', () => resolve(socket))
    socket.on('error', reject)
  })
}

/** What came, as the metrics page shows it. */
export const page = ({ intake }: Started): string[] => showFamilies(intake.families())

/** Waits until so many lines have come, by all ways together. */
export const linesCome = (to: Started, count: number): Promise<void> =>
  vi.waitFor(() => expect(to.intake.status().reduce((sum, way) => sum + way.lines, 0)).toBe(count))

/** The sum of a metric of the intake's own. */
export function value(registry: Registry, name: string): number {
  const family = registry.collect().find((metric) => metric.name === name)!
  return family.samples.reduce((sum, sample) => sum + sample.value, 0)
}
