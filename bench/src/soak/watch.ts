/** Memory and descriptors of the process while it lives: do they grow? */
import type { KeptWeir } from './weir.ts'

const EVERY_MS = 5000

export interface Look {
  readonly atMs: number
  readonly memoryMiB: number
  readonly descriptors: number
}

export class Watch {
  readonly looks: Look[] = []
  readonly #timer: NodeJS.Timeout

  constructor(weir: KeptWeir) {
    this.#timer = setInterval(() => {
      try {
        const [memoryMiB, descriptors] = [weir.memoryMiB(), weir.descriptors()]
        this.looks.push({ atMs: Date.now(), memoryMiB, descriptors })
      } catch {
        // It was killed just now.
      }
    }, EVERY_MS)
  }

  /** Medians of two spans. */
  growth(
    [first, second]: readonly [readonly [number, number], readonly [number, number]],
    what: 'memoryMiB' | 'descriptors',
  ): { readonly before: number; readonly after: number } {
    const middle = ([fromMs, toMs]: readonly [number, number]): number =>
      quantile(
        this.looks.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map((look) => look[what]),
        0.5,
      )
    return { before: middle(first), after: middle(second) }
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

/** NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}
