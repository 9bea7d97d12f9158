/**
 * Quantiles of many series over a sliding window, in a few typed arrays.
 *
 * A digest is a sorted list of centroids (weight, mean). Values whose logarithms fall into one step of
 * 2 % share a centroid, so a quantile is within 1 % of a value that was sent; a centroid that has seen
 * one value only, however often, holds exactly that value. With few distinct values, the common
 * case, nothing is lost. (The step is that of DDSketch, Masson et al. 2019; the mean is t-digest's.)
 *
 * The window slides in steps: a centroid belongs to the age, one of `ageBucketCount` parts of the
 * window, in which its values came, and goes when its age is over. Same window as client_golang's
 * summary (the last 8 to 10 of 10 minutes), which keeps each value five times for it.
 *
 *     key = age (8 bits) · step of the value (20 bits), ascending inside a digest
 *     keys[]    3·20431 3·20433 4·20431 …      16 bytes a centroid; digests are spans whose
 *     weights[]     12      1      3   …      size is a power of two, taken from free lists
 *     means[]     0.32   0.33   0.32  …
 */
const STEP_BITS = 20
const STEP_MASK = (1 << STEP_BITS) - 1
const ZERO_STEP = 1 << (STEP_BITS - 1)
const STEPS_PER_E = 1 / Math.log(1.02)
/** The step of the smallest number that is told from zero. */
const SMALLEST = 37_600
const CLASS_MIN = 2
/** A digest holds no more centroids than this for one age; then its smallest values share one. */
const CENTROIDS_MAX = 1024

/**
 * So many values wait until they are taken in together: the way through a digest's centroids, most of it
 * out of the processor's caches, is then warm for all but the first.
 */
const PENDING = 16

export class Digests {
  #keys = new Uint32Array(1024)
  #weights = new Float32Array(1024)
  #means = new Float64Array(1024)
  #used = 0
  readonly #free: number[][] = Array.from({ length: 32 }, () => [])

  #from = new Uint32Array(64)
  #length = new Uint32Array(64)
  #sizeClass = new Uint8Array(64)
  #age = new Float64Array(64)
  #count = 0
  readonly #freeDigests: number[] = []

  /** Values that came and are not in yet, `PENDING` places a digest. */
  #pendingValues = new Float64Array(64 * PENDING)
  #pendingWeights = new Float32Array(64 * PENDING)
  #pending = new Uint8Array(64)

  // What quantiles() works with, kept to be reused.
  readonly #heads: number[] = []
  readonly #ends: number[] = []

  open(): number {
    const digest = this.#freeDigests.pop() ?? this.#count++
    if (digest === this.#from.length) this.#growDigests()
    this.#sizeClass[digest] = CLASS_MIN
    this.#from[digest] = this.#take(CLASS_MIN)
    this.#length[digest] = 0
    this.#age[digest] = 0
    this.#pending[digest] = 0
    return digest
  }

  close(digest: number): void {
    this.#free[this.#sizeClass[digest]!]!.push(this.#from[digest]!)
    this.#freeDigests.push(digest)
  }

  /**
   * @param age number of the part of the window that now is, ever growing
   * @param ageCount parts of the window
   */
  observe(digest: number, value: number, weight: number, age: number, ageCount: number): void {
    if (this.#age[digest] !== age) this.#expire(digest, age, ageCount)
    const pending = this.#pending[digest]!
    this.#pendingValues[digest * PENDING + pending] = value
    this.#pendingWeights[digest * PENDING + pending] = weight
    this.#pending[digest] = pending + 1
    if (pending + 1 === PENDING) this.#settle(digest)
  }

  /** Takes in what is pending; it came at the digest's present age. */
  #settle(digest: number): void {
    const from = digest * PENDING
    const to = from + this.#pending[digest]!
    this.#pending[digest] = 0
    const age = (this.#age[digest]! & 0xff) << STEP_BITS
    for (let i = from; i < to; i++) {
      this.#add(digest, age, this.#pendingValues[i]!, this.#pendingWeights[i]!)
    }
  }

  #add(digest: number, age: number, value: number, weight: number): void {
    const key = (age | stepOf(value)) >>> 0
    const from = this.#from[digest]!
    let low = from
    let high = from + this.#length[digest]!
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#keys[middle]! < key) low = middle + 1
      else high = middle
    }
    if (low < from + this.#length[digest]! && this.#keys[low] === key) {
      const mean = this.#means[low]!
      const total = this.#weights[low]! + weight
      if (mean !== value) this.#means[low] = mean + ((value - mean) * weight) / total
      this.#weights[low] = total
    } else {
      this.#insert(digest, low - from, key, value, weight)
    }
  }

  /** Bytes of all centroids, what is free among them too. */
  get bytes(): number {
    return this.#used * 16
  }

  /** Hands out what a digest holds: its age, how many centroids, then key, weight and mean of each. */
  save(digest: number, push: (number: number) => void): void {
    this.#settle(digest)
    const from = this.#from[digest]!
    const length = this.#length[digest]!
    push(this.#age[digest]!)
    push(length)
    for (let i = from; i < from + length; i++) {
      push(this.#keys[i]!)
      push(this.#weights[i]!)
      push(this.#means[i]!)
    }
  }

  /** Fills a digest that was just opened with what {@link save} gave. */
  load(digest: number, next: () => number): void {
    this.#age[digest] = next()
    const length = next()
    while (1 << this.#sizeClass[digest]! < length) this.#enlarge(digest)
    const from = this.#from[digest]!
    for (let i = from; i < from + length; i++) {
      this.#keys[i] = next()
      this.#weights[i] = next()
      this.#means[i] = next()
    }
    this.#length[digest] = length
  }

  /** Writes the value at each quantile to `into`, NaN when the window is empty. */
  quantiles(
    digest: number,
    wanted: readonly number[],
    age: number,
    ageCount: number,
    into: Float64Array,
  ): void {
    if (this.#age[digest] !== age) this.#expire(digest, age, ageCount)
    this.#settle(digest)
    const from = this.#from[digest]!
    const to = from + this.#length[digest]!
    const heads = this.#heads
    const ends = this.#ends
    heads.length = 0
    ends.length = 0
    let total = 0
    for (let i = from; i < to; i++) {
      total += this.#weights[i]!
      if (i === from || this.#keys[i]! >>> STEP_BITS !== this.#keys[i - 1]! >>> STEP_BITS) {
        heads.push(i)
        if (i > from) ends.push(i)
      }
    }
    ends.push(to)
    into.fill(Number.NaN)
    let seen = 0
    let next = 0
    if (total === 0) return
    while (next < wanted.length) {
      // The smallest head of the ages, each of which is sorted.
      let least = -1
      for (let run = 0; run < heads.length; run++) {
        if (heads[run] === ends[run]) continue
        if (least < 0 || this.#stepAt(heads[run]!) < this.#stepAt(heads[least]!)) least = run
      }
      if (least < 0) break
      const at = heads[least]!++
      seen += this.#weights[at]!
      // The nearest rank, as client_golang counts it.
      while (next < wanted.length && seen >= total * wanted[next]!) {
        into[next++] = this.#means[at]!
      }
    }
  }

  #stepAt(at: number): number {
    return this.#keys[at]! & STEP_MASK
  }

  /** Drops the centroids whose age is over. */
  #expire(digest: number, age: number, ageCount: number): void {
    this.#settle(digest)
    const from = this.#from[digest]!
    const length = this.#length[digest]!
    const isAllOver = age - this.#age[digest]! >= ageCount
    this.#age[digest] = age
    let kept = from
    const end = isAllOver ? from : from + length
    for (let i = from; i < end; i++) {
      if (((age - (this.#keys[i]! >>> STEP_BITS)) & 0xff) >= ageCount) continue
      this.#keys[kept] = this.#keys[i]!
      this.#weights[kept] = this.#weights[i]!
      this.#means[kept] = this.#means[i]!
      kept++
    }
    this.#length[digest] = kept - from
  }

  #insert(digest: number, index: number, key: number, value: number, weight: number): void {
    const length = this.#length[digest]!
    if (length === 1 << this.#sizeClass[digest]!) this.#enlarge(digest)
    const from = this.#from[digest]!
    const at = from + index
    const end = from + length
    this.#keys.copyWithin(at + 1, at, end)
    this.#weights.copyWithin(at + 1, at, end)
    this.#means.copyWithin(at + 1, at, end)
    this.#keys[at] = key
    this.#weights[at] = weight
    this.#means[at] = value
    this.#length[digest] = length + 1
    if (length + 1 > CENTROIDS_MAX) this.#join(digest, key >>> STEP_BITS)
  }

  /** Joins the two smallest centroids of an age that has too many. */
  #join(digest: number, age: number): void {
    const from = this.#from[digest]!
    const end = from + this.#length[digest]!
    let first = from
    while (first < end && this.#keys[first]! >>> STEP_BITS !== age) first++
    let last = first
    while (last < end && this.#keys[last]! >>> STEP_BITS === age) last++
    if (last - first <= CENTROIDS_MAX) return
    const a = this.#weights[first]!
    const b = this.#weights[first + 1]!
    this.#means[first + 1] = (this.#means[first]! * a + this.#means[first + 1]! * b) / (a + b)
    this.#weights[first + 1] = a + b
    this.#keys.copyWithin(first, first + 1, end)
    this.#weights.copyWithin(first, first + 1, end)
    this.#means.copyWithin(first, first + 1, end)
    this.#length[digest]!--
  }

  #enlarge(digest: number): void {
    const from = this.#from[digest]!
    const sizeClass = this.#sizeClass[digest]!
    const end = from + this.#length[digest]!
    const wider = this.#take(sizeClass + 1)
    this.#keys.copyWithin(wider, from, end)
    this.#weights.copyWithin(wider, from, end)
    this.#means.copyWithin(wider, from, end)
    this.#free[sizeClass]!.push(from)
    this.#from[digest] = wider
    this.#sizeClass[digest] = sizeClass + 1
  }

  /** A free span of `2 ** sizeClass` centroids. */
  #take(sizeClass: number): number {
    const free = this.#free[sizeClass]!.pop()
    if (free !== undefined) return free
    const from = this.#used
    this.#used += 1 << sizeClass
    if (this.#used > this.#keys.length) this.#growCentroids()
    return from
  }

  #growCentroids(): void {
    let capacity = this.#keys.length
    while (capacity < this.#used) capacity += capacity >> 1
    this.#keys = copied(this.#keys, new Uint32Array(capacity))
    this.#weights = copied(this.#weights, new Float32Array(capacity))
    this.#means = copied(this.#means, new Float64Array(capacity))
  }

  #growDigests(): void {
    const capacity = this.#from.length * 2
    this.#from = copied(this.#from, new Uint32Array(capacity))
    this.#length = copied(this.#length, new Uint32Array(capacity))
    this.#sizeClass = copied(this.#sizeClass, new Uint8Array(capacity))
    this.#age = copied(this.#age, new Float64Array(capacity))
    this.#pending = copied(this.#pending, new Uint8Array(capacity))
    this.#pendingValues = copied(this.#pendingValues, new Float64Array(capacity * PENDING))
    this.#pendingWeights = copied(this.#pendingWeights, new Float32Array(capacity * PENDING))
  }
}

/** Number of the 2 % step in which a value lies, ascending with the value. */
function stepOf(value: number): number {
  if (value === 0) return ZERO_STEP
  const size = Math.log(Math.abs(value)) * STEPS_PER_E + SMALLEST
  const step = Math.min(Math.max(Math.floor(size), 0), ZERO_STEP - 2)
  return value > 0 ? ZERO_STEP + 1 + step : ZERO_STEP - 1 - step
}

function copied<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from)
  return into
}
