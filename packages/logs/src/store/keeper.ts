import type { Clock, LogBatch, Matcher } from '@weir/model'
import { allTests } from '../line-test.ts'
import type { LineCondition, TimeRange } from '../source.ts'
import { streamTest } from '../stream-test.ts'
import { linesWhere } from './admission.ts'
import { PartMaker } from './part/part-maker.ts'
import type { PartName } from './part/part-name.ts'
import { linesOfBatch } from './recent.ts'
import type { Shelf, ShelvedPart } from './shelf.ts'
import { Streams } from './streams.ts'

export interface KeeperOptions {
  readonly folder: string
  readonly clock: Clock
  /** Lines older than this go, with the part that holds them; 0: none do. */
  readonly ageMaxMs: number
  /** Parts go, oldest first, when all of them take more; 0: they may take any. */
  readonly diskBytesMax: number
  /** What DuckDB may use to write a part. */
  readonly memoryBytes: number
  /** Hears of what could not be done and will be tried again. */
  readonly onProblem: (error: unknown) => void
}

/** Which lines go. */
export interface DeleteRequest {
  readonly matchers: readonly Matcher[]
  readonly range: TimeRange
  readonly conditions: readonly LineCondition[]
}

/** Parts whose lines are fewer bytes are small, … */
const SMALL_BYTES = 8 * 2 ** 20
/** … and so many neighbours that are small become one. */
const MERGED_COUNT = 8
const MS = 1_000_000n

/** Makes parts, joins small ones, and lets go of old ones; one thing at a time. */
export class Keeper implements AsyncDisposable {
  readonly #options: KeeperOptions
  readonly #shelf: Shelf
  readonly #maker: PartMaker
  #working: Promise<unknown> = Promise.resolve()

  private constructor(options: KeeperOptions, shelf: Shelf, maker: PartMaker) {
    this.#options = options
    this.#shelf = shelf
    this.#maker = maker
  }

  static async open(options: KeeperOptions, shelf: Shelf): Promise<Keeper> {
    const maker = await PartMaker.open(options.folder, options.memoryBytes)
    return new Keeper(options, shelf, maker)
  }

  /** Makes a part of the lines of segments; false when it could not be done now. */
  seal(segments: readonly number[], batches: readonly LogBatch[]): Promise<boolean> {
    const sealed = this.#inTurn(async () => {
      const name = { first: segments[0]!, last: segments.at(-1)!, generation: 0 }
      await this.#maker.make(name, batches)
      this.#shelf.change(name, segments, [])
    })
    void this.#inTurn(() => this.#merge())
    void this.#inTurn(() => this.#expire())
    return sealed
  }

  /**
   * Takes lines out of parts: those of streams that the matchers select, in the range, that meet all
   * conditions.
   *
   * @returns how many went
   */
  async delete(request: DeleteRequest): Promise<number> {
    const done = this.#working.then(async () => {
      let deleted = 0
      for (const part of this.#shelf.parts) deleted += await this.#deleteFrom(part, request)
      return deleted
    })
    this.#working = done.catch(() => undefined)
    return await done
  }

  async #deleteFrom(
    part: ShelvedPart,
    { matchers, range, conditions }: DeleteRequest,
  ): Promise<number> {
    const test = streamTest(matchers)
    const overlaps = part.maxNs >= range.fromNs && part.minNs < range.toNs
    if (!overlaps || !part.streams.some(test)) return 0
    const [batch] = await this.#maker.read([part.name])
    const lines = linesOfBatch(batch!, new Streams())
    const meets = allTests(conditions)
    const kept = new Uint8Array(lines.count)
    let deleted = 0
    for (let i = 0; i < lines.count; i++) {
      const time = lines.timeNs(i)
      const goes =
        time >= range.fromNs && time < range.toNs && test(lines.stream(i).labels) && meets(lines, i)
      if (goes) deleted++
      else kept[i] = 1
    }
    if (deleted === 0) return 0
    if (deleted === lines.count) this.#shelf.change(undefined, [], [part.name])
    else {
      const name = { ...part.name, generation: part.name.generation + 1 }
      await this.#maker.make(name, [linesWhere(batch!, kept)])
      this.#shelf.change(name, [], [part.name])
    }
    return deleted
  }

  /** Lets go of what is too old or too much. */
  #expire(): void {
    const { clock, ageMaxMs, diskBytesMax } = this.#options
    const oldest = ageMaxMs === 0 ? undefined : BigInt(clock.now() - ageMaxMs) * MS
    const gone = new Set<ShelvedPart>()
    const { parts } = this.#shelf
    for (const part of parts) if (oldest !== undefined && part.maxNs < oldest) gone.add(part)
    let diskBytes = this.#shelf.diskBytes
    for (const part of diskBytesMax === 0 ? [] : parts.toSorted(byAge)) {
      if (diskBytes <= diskBytesMax) break
      gone.add(part)
      diskBytes -= part.diskBytes
    }
    if (gone.size > 0)
      this.#shelf.change(
        undefined,
        [],
        [...gone].map(({ name }) => name),
      )
  }

  /** Makes one of small neighbours. */
  async #merge(): Promise<void> {
    let run: ShelvedPart[] = []
    for (const part of this.#shelf.parts) {
      if (part.textBytes >= SMALL_BYTES) run = []
      else run.push(part)
      if (run.length < MERGED_COUNT) continue
      const name: PartName = {
        first: run[0]!.name.first,
        last: run.at(-1)!.name.last,
        generation: 0,
      }
      const names = run.map(({ name: own }) => own)
      await this.#maker.make(name, await this.#maker.read(names))
      this.#shelf.change(name, [], names)
      return
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#working
    this.#maker[Symbol.dispose]()
  }

  #inTurn(work: () => Promise<void> | void): Promise<boolean> {
    const done = this.#working.then(async () => {
      try {
        await work()
        return true
      } catch (error) {
        this.#options.onProblem(error)
        return false
      }
    })
    this.#working = done
    return done
  }
}

function byAge(a: ShelvedPart, b: ShelvedPart): number {
  return a.maxNs < b.maxNs ? -1 : a.maxNs > b.maxNs ? 1 : 0
}
