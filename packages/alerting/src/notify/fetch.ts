import type { HttpConfig } from './http-config.ts'

/** What notifiers need of the network; a stand-in fits too. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchAnswer>

export interface FetchRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  /** None for GET. */
  readonly body?: string | Uint8Array
  /** How the receiver is reached; plainly when it is not there. */
  readonly http?: HttpConfig
  readonly signal: AbortSignal
}

export interface FetchAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}
