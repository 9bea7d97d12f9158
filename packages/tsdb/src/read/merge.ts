import type { NativeHistogram, SampleColumns } from '@weir/model'

/** A piece with more descents than this is sorted; with fewer it is merged from its ascending runs. */
const DESCENTS_MAX = 8
/** Stretches shorter than this are copied one by one: a view of an array costs more. */
const STRETCH = 24

/**
 * Puts the samples that one series has in several places (windows, arenas) into one ascending
 * stretch, each time once; of two samples at one time the one from the place with the smaller order
 * stays, since it was there first.
 *
 * Mostly the places follow each other in time. Then `add` notes a run for each and nothing else
 * happens. Otherwise the runs, by their first times, are swept once:
 *
 * ```
 *  run 0  ●──●──●──●──●                    alone: copied as it is
 *  run 1                 ●──●──●──●──●     as far as the head of run 2, then one by the other
 *  run 2                       ●─────●──●
 * ```
 *
 * Made to be reused; holds no samples between uses.
 */
export class RunMerger {
  /** Of each run: where it begins and ends in the columns, and whose it is. */
  readonly #from: number[] = []
  readonly #to: number[] = []
  readonly #order: number[] = []
  /** Runs by first time, and those that the sweep is in. */
  readonly #waiting: number[] = []
  readonly #active: number[] = []
  #times = new Float64Array(0)
  #values = new Float64Array(0)
  #keys = new Float64Array(0)
  #start = 0
  #end = 0
  #isSorted = true
  /** How often runs had to be merged: reading settled data never does. */
  merges = 0

  /** What is appended to the columns from now on belongs together. */
  begin(columns: SampleColumns): void {
    this.#from.length = 0
    this.#to.length = 0
    this.#order.length = 0
    this.#start = columns.length
    this.#end = columns.length
    this.#isSorted = true
  }

  /**
   * Notes what one place appended since the last call.
   *
   * @param isAscending false for the samples of an arena in which some came late: no time is there
   *   twice, and all are within a day of each other
   */
  add(columns: SampleColumns, order: number, isAscending: boolean): void {
    const { times, length } = columns
    const from = this.#end
    if (length === from) return
    if (!isAscending || (from > this.#start && times[from]! <= times[from - 1]!)) {
      this.#isSorted = false
    }
    this.#end = length
    if (isAscending) this.#push(from, length, order)
    else this.#split(columns, from, order)
  }

  /** Merges, if there is anything to merge. */
  finish(columns: SampleColumns): void {
    if (this.#isSorted) return
    this.merges++
    const count = this.#end - this.#start
    this.#reserve(count)
    this.#times.set(columns.times.subarray(this.#start, this.#end))
    const histograms = columns.histograms?.slice(this.#start, this.#end)
    // With histograms it is positions that are merged; what was there goes where they went.
    const stored = histograms === undefined ? undefined : this.#numberValues(columns)
    this.#values.set(columns.values.subarray(this.#start, this.#end))
    this.#sortRuns()
    columns.length = this.#sweep(columns)
    if (stored === undefined) return
    resize(columns.histograms!, this.#start)
    for (let i = this.#start; i < columns.length; i++) {
      const from = columns.values[i]!
      columns.values[i] = stored[from]!
      columns.histograms!.push(histograms![from])
    }
  }

  /** Replaces each value by its position; returns the values. */
  #numberValues({ values }: SampleColumns): Float64Array {
    const stored = values.slice(this.#start, this.#end)
    for (let i = 0; i < stored.length; i++) values[this.#start + i] = i
    return stored
  }

  #push(from: number, to: number, order: number): void {
    this.#from.push(from - this.#start)
    this.#to.push(to - this.#start)
    this.#order.push(order)
  }

  #split(columns: SampleColumns, from: number, order: number): void {
    const { times, length } = columns
    let descents = 0
    for (let i = from + 1; i < length; i++) if (times[i]! < times[i - 1]!) descents++
    if (descents > DESCENTS_MAX) {
      this.#sort(columns, from, length)
      this.#push(from, length, order)
      return
    }
    let begin = from
    for (let i = from + 1; i < length; i++) {
      if (times[i]! > times[i - 1]!) continue
      this.#push(begin, i, order)
      begin = i
    }
    this.#push(begin, length, order)
  }

  /**
   * Sorts samples that came in any order. A time since the oldest and a position are one number
   * (2^27 ms a day, so 2^26 samples are exact), and numbers sort without a comparator.
   */
  #sort({ times, values, histograms }: SampleColumns, from: number, to: number): void {
    const count = to - from
    this.#reserve(count)
    let oldest = times[from]!
    for (let i = from + 1; i < to; i++) if (times[i]! < oldest) oldest = times[i]!
    const keys = this.#keys.subarray(0, count)
    for (let i = 0; i < count; i++) keys[i] = (times[from + i]! - oldest) * count + i
    keys.sort()
    this.#values.set(values.subarray(from, to))
    const before = histograms?.slice(from, to)
    if (histograms !== undefined) resize(histograms, from)
    for (let i = 0; i < count; i++) {
      const time = Math.floor(keys[i]! / count)
      const position = keys[i]! - time * count
      times[from + i] = oldest + time
      values[from + i] = this.#values[position]!
      if (before !== undefined) histograms!.push(before[position])
    }
  }

  /** Fills `#waiting`, the run that begins last first. */
  #sortRuns(): void {
    const waiting = this.#waiting
    waiting.length = 0
    for (let run = this.#from.length - 1; run >= 0; run--) {
      const first = this.#times[this.#from[run]!]!
      let at = waiting.length
      waiting.push(run)
      while (at > 0 && this.#times[this.#from[waiting[at - 1]!]!]! < first) {
        waiting[at] = waiting[at - 1]!
        at--
      }
      waiting[at] = run
    }
  }

  /** From the copies back into the columns; returns where the samples end there. */
  #sweep(columns: SampleColumns): number {
    const times = this.#times
    const active = this.#active
    const from = this.#from
    active.length = 0
    let out = this.#start
    let last = Number.NEGATIVE_INFINITY
    while (this.#enter()) {
      const slot = this.#oldest()
      const run = active[slot]!
      const limit = this.#limit(slot)
      const at = from[run]!
      let stop = at + 1
      if (times[at]! > last) {
        stop = this.#stretch(at, this.#to[run]!, limit)
        this.#copy(at, stop, columns, out)
        out += stop - at
        last = times[stop - 1]!
      } // otherwise a time that is there already
      from[run] = stop
      if (stop < this.#to[run]!) continue
      active[slot] = active[active.length - 1]!
      active.length--
    }
    return out
  }

  /** Takes in every run that begins no later than those under way; false when none is left. */
  #enter(): boolean {
    const waiting = this.#waiting
    const active = this.#active
    let oldest = Number.POSITIVE_INFINITY
    for (const run of active) oldest = Math.min(oldest, this.#times[this.#from[run]!]!)
    while (waiting.length > 0) {
      const run = waiting[waiting.length - 1]!
      const first = this.#times[this.#from[run]!]!
      if (active.length > 0 && first > oldest) break
      active.push(run)
      waiting.length--
      oldest = Math.min(oldest, first)
    }
    return active.length > 0
  }

  /** Place in `#active` of the run whose next sample is the oldest, and was there first. */
  #oldest(): number {
    const active = this.#active
    let best = 0
    for (let slot = 1; slot < active.length; slot++) {
      const run = active[slot]!
      const chosen = active[best]!
      const later = this.#times[this.#from[run]!]! - this.#times[this.#from[chosen]!]!
      if (later < 0 || (later === 0 && this.#order[run]! < this.#order[chosen]!)) best = slot
    }
    return best
  }

  /** The next time of any other run. */
  #limit(slot: number): number {
    const waiting = this.#waiting
    let limit = Number.POSITIVE_INFINITY
    if (waiting.length > 0) limit = this.#times[this.#from[waiting[waiting.length - 1]!]!]!
    for (let other = 0; other < this.#active.length; other++) {
      if (other === slot) continue
      limit = Math.min(limit, this.#times[this.#from[this.#active[other]!]!]!)
    }
    return limit
  }

  /** How far from `at` the times stay below `limit`; one sample is always taken. */
  #stretch(at: number, to: number, limit: number): number {
    const times = this.#times
    if (times[to - 1]! < limit) return to
    let stop = at + 1
    while (stop < to && times[stop]! < limit) stop++
    return stop
  }

  #copy(from: number, to: number, columns: SampleColumns, out: number): void {
    if (to - from > STRETCH) {
      columns.times.set(this.#times.subarray(from, to), out)
      columns.values.set(this.#values.subarray(from, to), out)
      return
    }
    const { times, values } = columns
    for (let i = from; i < to; i++) {
      times[out + i - from] = this.#times[i]!
      values[out + i - from] = this.#values[i]!
    }
  }

  #reserve(count: number): void {
    if (this.#times.length >= count) return
    this.#times = new Float64Array(count * 2)
    this.#values = new Float64Array(count * 2)
    this.#keys = new Float64Array(count * 2)
  }
}

/** Makes a column of histograms end at a sample, with no gap that V8 would keep a hash table for. */
function resize(column: (NativeHistogram | undefined)[], length: number): void {
  if (column.length > length) column.length = length
  while (column.length < length) column.push(undefined)
}
