import { WeirError } from '@weir/model'
import type { Identity } from '../identity.ts'

/**
 * A header that Weir's own page sends with each request. A form cannot send one, and a script of another site
 * must ask first, which nobody grants: so a request that has it was meant.
 */
export const PAGE_HEADER = 'weir-page'

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Browsers send a session's cookie along by themselves, also when another page makes them ask.
 *
 * @throws {WeirError} `HTTP_FORBIDDEN` when a session alone stands behind a request that may change something
 */
export function refuseForged({ kind }: Pick<Identity, 'kind'>, { method, headers }: Request): void {
  if (kind !== 'session' || SAFE_METHODS.has(method) || headers[PAGE_HEADER] !== undefined) return
  throw new WeirError(
    'HTTP_FORBIDDEN',
    `Cannot take a ${method} by a session alone: want the header ${PAGE_HEADER}: 1 beside its cookie, or a token`,
  )
}

interface Request {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}
