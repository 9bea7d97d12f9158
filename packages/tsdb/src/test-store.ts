/** What the tests of this room share: a directory, a clock to move, and short ways to write and read. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  type Appender,
  type Clock,
  type CommitResult,
  Labels,
  type Matcher,
  type Millis,
  type Queryable,
  SampleColumns,
} from '@weir/model'

import { openStore } from './open-store.ts'
import { type Reader, openReader } from './reader.ts'
import type { Store, StoreOptions } from './store.ts'

export const START_MS = Date.UTC(2026, 0, 5, 10, 0, 0)

class HandClock implements Clock {
  nowMs = START_MS

  now(): Millis {
    return this.nowMs as Millis
  }

  monotonicMs(): number {
    return performance.now()
  }

  async sleep(ms: number): Promise<void> {
    this.nowMs += ms
  }
}

/** A store in a directory of its own, which can be closed and opened again. */
export class TestStore implements AsyncDisposable {
  readonly path: string
  readonly clock = new HandClock()
  readonly #options: Partial<StoreOptions>
  #open: { store: Store; appender: Appender; reader: Reader } | undefined

  constructor(
    options: Partial<StoreOptions> = {},
    path = mkdtempSync(join(tmpdir(), 'weir-tsdb-')),
  ) {
    this.#options = options
    this.path = path
  }

  static async open(options: Partial<StoreOptions> = {}): Promise<TestStore> {
    const made = new TestStore(options)
    await made.start()
    return made
  }

  get store(): Store {
    return this.#open!.store
  }

  get appender(): Appender {
    return this.#open!.appender
  }

  get reader(): Reader {
    return this.#open!.reader
  }

  async start(): Promise<void> {
    const store = await openStore({ path: this.path, clock: this.clock, ...this.#options })
    this.#open = { store, appender: store.appender(), reader: openReader(store.seat()) }
  }

  async stop(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    open?.reader[Symbol.dispose]()
    await open?.store[Symbol.asyncDispose]()
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Appends `series: [time, value]…` and commits. */
  put(
    samples: Readonly<Record<string, readonly (readonly [number, number])[]>>,
  ): Promise<CommitResult> {
    for (const [name, list] of Object.entries(samples)) {
      const ref = this.appender.ref(named(name))
      for (const [time, value] of list) this.appender.append(ref, time, value)
    }
    return this.appender.commit()
  }

  /** All samples of the series called `name`. */
  get(name: string): [number, number][] {
    return samplesOf(this.reader, name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** `name` or `name{a=b,c=d}` as labels. */
export function named(text: string): Labels {
  const [, name = '', inside = ''] = /^([^{]*)\{?([^}]*)\}?$/.exec(text) ?? []
  const pairs = inside.split(',').filter((pair) => pair !== '')
  return Labels.fromFlat(['__name__', name, ...pairs.flatMap((pair) => pair.split('='))])
}

/** `a=b`, `a!=b`, `a=~b`, `a!~b` as a matcher. */
export function matcher(text: string): Matcher {
  const [, name = '', operator = '=', value = ''] = /^(\w+)(=~|!~|!=|=)(.*)$/s.exec(text) ?? []
  return { name, operator: operator as Matcher['operator'], value }
}

export function columnsOf(
  queryable: Queryable,
  name: string,
  minMs = -(2 ** 51),
  maxMs = 2 ** 51,
): SampleColumns {
  using querier = queryable.querier(minMs, maxMs)
  const labels = named(name)
  const matchers = [...labels].map(([label, value]): Matcher => ({
    name: label,
    operator: '=',
    value,
  }))
  const set = querier.select({ matchers, minMs, maxMs })
  const columns = new SampleColumns()
  for (let i = 0; i < set.count; i++) {
    if (set.labels(i).equals(labels)) set.read(i, minMs, maxMs, columns)
  }
  checkKnown(columns)
  return columns
}

const timesById = new Map<number, string>()

/** Whether what is known of columns is true of them. */
export function checkKnown({ times, values, length, timesId, neverFalls }: SampleColumns): void {
  const all = times.subarray(0, length).join(' ')
  if (timesId !== 0 && (timesById.get(timesId) ?? all) !== all) {
    throw new Error(`Times ${timesId} are others now: ${all}`)
  }
  if (timesId !== 0) timesById.set(timesId, all)
  const seen = values.subarray(0, length)
  if (neverFalls && seen.some((value, i) => !(value >= (seen[i - 1] ?? value)))) {
    throw new Error(`Said never to fall: ${seen.join(' ')}`)
  }
}

export function samplesOf(
  queryable: Queryable,
  name: string,
  minMs?: number,
  maxMs?: number,
): [number, number][] {
  const columns = columnsOf(queryable, name, minMs, maxMs)
  const found: [number, number][] = []
  for (let i = 0; i < columns.length; i++) found.push([columns.times[i]!, columns.values[i]!])
  return found
}
