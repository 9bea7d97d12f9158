import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Labels } from '@weir/model'
import { valueTest } from '@weir/promql'
import { matchersOf } from '../../query/selector.ts'
import { Damage } from './damage.ts'
import { type BlockGroup, findBlocks } from './find-blocks.ts'
import { type Wanted, readGroup } from './read-group.ts'

export interface PrometheusDataOptions {
  /** Both ends are included. */
  readonly fromMs: number
  readonly untilMs: number
  /** Selectors; a series is wanted when one of them matches. None: all are. */
  readonly selectors: readonly string[]
  readonly skipsDamage: boolean
}

/** A data directory of Prometheus, read without one. */
export class PrometheusData {
  readonly #groups: readonly BlockGroup[]
  readonly #wanted: Wanted
  readonly #damage: Damage
  /** Those that had samples. */
  readonly metrics = new Set<string>()
  /** How far it has come, in entries of {@link entryCount}. */
  entriesDone = 0
  readonly entryCount: number
  /** From when on wanted samples are in a write-ahead log, which is not read; undefined for none. */
  readonly unreadFromMs: number | undefined
  /** What is older has been given out, all of it; a run that broke off goes on from there. */
  doneMs: number

  /** @throws {WeirError} `IMPORT_DAMAGED`, `QUERY_PARSE` */
  constructor(folder: string, { fromMs, untilMs, selectors, skipsDamage }: PrometheusDataOptions) {
    this.#wanted = { fromMs, untilMs, matches: anyOf(selectors) }
    this.#damage = new Damage(skipsDamage)
    const all = findBlocks(folder, this.#damage)
    this.#groups = all
      .map((group) => group.filter(({ minMs, endMs }) => endMs > fromMs && minMs <= untilMs))
      .filter((group) => group.length > 0)
    const endMs = Math.max(...all.flat().map((block) => block.endMs))
    const isLogWanted = existsSync(join(folder, 'wal')) && untilMs >= endMs
    this.unreadFromMs = isLogWanted && Number.isFinite(endMs) ? endMs : undefined
    this.entryCount = this.#groups.flat().reduce((sum, block) => sum + block.seriesCount, 0)
    this.doneMs = Math.max(fromMs, this.#groups[0]?.[0]?.minMs ?? fromMs)
  }

  get blockCount(): number {
    return this.#groups.flat().length
  }

  /** How much was left out for damage, and of the first of it what. */
  get damage(): { readonly count: number; readonly told: readonly string[] } {
    return this.#damage
  }

  /** All of it as requests of remote write, the oldest blocks first. */
  *requests(): Generator<Uint8Array> {
    for (const group of this.#groups) {
      this.doneMs = Math.max(this.#wanted.fromMs, group[0]!.minMs)
      yield* readGroup(group, this.#wanted, this.#damage, (entries, metric) => {
        if (metric !== undefined) this.metrics.add(metric)
        this.entriesDone += entries
      })
    }
  }
}

function anyOf(selectors: readonly string[]): (labels: Labels) => boolean {
  if (selectors.length === 0) return () => true
  const tests = selectors.map((selector) =>
    matchersOf(selector).map((matcher) => ({ name: matcher.name, test: valueTest(matcher) })),
  )
  return (labels) => tests.some((all) => all.every(({ name, test }) => test(labels.get(name))))
}
