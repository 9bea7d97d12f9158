/** What of a token was refused since Weir started, because it was beyond a limit of it. */
export interface RefusedCounts {
  readonly requests: number
  /** Requests too, that came with too many bytes. */
  readonly bytes: number
  /** Samples of series, and lines of streams, beyond `limits.series`. */
  readonly samples: number
  readonly lines: number
}

const NONE: RefusedCounts = { requests: 0, bytes: 0, samples: 0, lines: 0 }

/** A token's name has nothing in it that the text format would escape. */
const COUNTED =
  /^weir_access_token_(series_|streams_)?refused_total\{([^}\n]*)\} (\d+(?:\.\d+)?(?:e\+?\d+)?)/gm

/**
 * Reads the counts from Weir's metrics about itself: what is refused is counted on the thread that reads it.
 *
 * @param page of all threads, in the text format
 * @returns by the names of tokens of which something was refused
 */
export function refusedCounts(page: string): ReadonlyMap<string, RefusedCounts> {
  const byName = new Map<string, RefusedCounts>()
  for (const [, kind, labels = '', value] of page.matchAll(COUNTED)) {
    const name = /\btoken="([^"]*)"/.exec(labels)?.[1] ?? ''
    const limit = /\blimit="([^"]*)"/.exec(labels)?.[1]
    const key =
      kind === 'series_'
        ? 'samples'
        : kind === 'streams_'
          ? 'lines'
          : limit === 'bytes'
            ? 'bytes'
            : 'requests'
    const before = byName.get(name) ?? NONE
    byName.set(name, { ...before, [key]: before[key] + Number(value) })
  }
  return byName
}
