import type { Identity } from '../identity.ts'

/** How many series a token may send, as it goes with a request to the thread that reads it. */
export interface TokenQuota {
  readonly id: string
  readonly name: string
  readonly seriesMax: number
}

/** The quota of whoever asks; undefined where there is none. */
export function quotaOf({ tokenId, name, seriesMax }: Identity): TokenQuota | undefined {
  return tokenId === undefined || seriesMax === undefined
    ? undefined
    : { id: tokenId, name, seriesMax }
}
