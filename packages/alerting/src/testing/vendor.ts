import type { Fetch } from '../notify/fetch.ts'

/** A request as a vendor's server sees it. */
export interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Read as JSON. */
  readonly body: Readonly<Record<string, unknown>>
  readonly bytes: number
}

export interface VendorAnswer {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A stand-in for a vendor's server: answers by its published rules, and keeps what it took. */
export function vendor(judge: (asked: Asked, count: number) => VendorAnswer): {
  readonly fetch: Fetch
  readonly taken: Asked[]
} {
  const taken: Asked[] = []
  let count = 0
  const fetch: Fetch = async (address, { method, headers, body }) => {
    const text = String(body)
    const asked: Asked = {
      method,
      url: new URL(address),
      headers,
      body: JSON.parse(text) as Record<string, unknown>,
      bytes: Buffer.byteLength(text),
    }
    const answer = judge(asked, count++)
    if (answer.status < 300) taken.push(asked)
    return {
      status: answer.status,
      headers: new Headers(answer.headers),
      text: async () => answer.body ?? '',
    }
  }
  return { fetch, taken }
}

/** What does not hold, by name: a vendor's list of complaints. */
export function complaints(rules: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(rules).filter((name) => rules[name] !== true)
}

/** A text of 1 to `max` characters. */
export function isTextUpTo(value: unknown, max: number): boolean {
  return typeof value === 'string' && value !== '' && Array.from(value).length <= max
}

/** No text, or one of at most `max` characters. */
export function isAtMost(value: unknown, max: number): boolean {
  return value === undefined || (typeof value === 'string' && Array.from(value).length <= max)
}
