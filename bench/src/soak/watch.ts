/** Memory, descriptors and disk of the process while it lives: do they grow? */
import type { KeptWeir } from './weir.ts'

const EVERY_MS = 5000
const HOUR_MS = 3_600_000

export interface Look {
  readonly atMs: number
  readonly memoryMiB: number
  readonly descriptors: number
  readonly diskMiB: number
  /** By thread and kind, `query-thread 1 heap`; of a thread that was busy nothing. */
  readonly threads: ReadonlyMap<string, number>
}

export type Span = readonly [fromMs: number, toMs: number]

/** A straight line through what was seen. */
export interface Line {
  readonly what: string
  readonly meanMiB: number
  readonly perHourMiB: number
}

export class Watch {
  readonly looks: Look[] = []
  readonly #timer: NodeJS.Timeout
  #isLooking = false

  constructor(weir: KeptWeir) {
    this.#timer = setInterval(() => void this.#look(weir), EVERY_MS)
  }

  /** The value below which a share of what was seen in each of two spans lies. */
  growth(
    [first, second]: readonly [Span, Span],
    what: 'memoryMiB' | 'descriptors',
    share: number,
  ): { readonly before: number; readonly after: number } {
    const at = (span: Span): number =>
      quantile(
        this.#within(span).map((look) => look[what]),
        share,
      )
    return { before: at(first), after: at(second) }
  }

  /** How memory, and what each thread has of it, went in a span. */
  lines(span: Span): readonly Line[] {
    const looks = this.#within(span)
    const whole = lineOf(
      'process',
      looks.map(({ atMs, memoryMiB }) => [atMs, memoryMiB]),
    )
    const names = new Set(looks.flatMap(({ threads }) => [...threads.keys()]))
    const each = [...names].toSorted().map((name) =>
      lineOf(
        name,
        looks.flatMap(({ atMs, threads }) => {
          const mib = threads.get(name)
          return mib === undefined ? [] : [[atMs, mib] as const]
        }),
      ),
    )
    return [whole, ...each]
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #within([fromMs, toMs]: Span): readonly Look[] {
    return this.looks.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
  }

  async #look(weir: KeptWeir): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      const atMs = Date.now()
      const [memoryMiB, descriptors] = [weir.memoryMiB(), weir.descriptors()]
      const threads = await threadsOf(weir)
      this.looks.push({ atMs, memoryMiB, descriptors, diskMiB: weir.diskMiB(), threads })
    } catch {
      // It was killed just now, or is stopped.
    } finally {
      this.#isLooking = false
    }
  }
}

const THREAD = /^weir_thread_(heap_used|external)_bytes\{number="(\d+)",thread="([^"]*)"\} (\S+)$/gm

async function threadsOf(weir: KeptWeir): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${weir.url}/metrics`, { signal: AbortSignal.timeout(EVERY_MS) })
  const page = await answer.text()
  return new Map(
    [...page.matchAll(THREAD)].map(([, kind, number, thread, bytes]) => [
      `${thread} ${number}, ${kind === 'external' ? 'external' : 'heap'}`,
      Number(bytes) / 2 ** 20,
    ]),
  )
}

/** Least squares. */
function lineOf(what: string, points: readonly (readonly [atMs: number, mib: number])[]): Line {
  const n = points.length
  const meanMs = points.reduce((sum, [atMs]) => sum + atMs, 0) / n
  const meanMiB = points.reduce((sum, [, mib]) => sum + mib, 0) / n
  let [along, square] = [0, 0]
  for (const [atMs, mib] of points) {
    along += (atMs - meanMs) * (mib - meanMiB)
    square += (atMs - meanMs) ** 2
  }
  return { what, meanMiB, perHourMiB: (along / square) * HOUR_MS }
}

/** NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}
