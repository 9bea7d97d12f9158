import { subscribe } from 'node:diagnostics_channel'

/** What undici tells of each answer. */
interface Answered {
  readonly response: { readonly statusCode: number; readonly headers: readonly Buffer[] }
}

/**
 * Listens to what servers answer, whichever command asks.
 *
 * @returns what to do where the last answer was that nobody knows who asks, or that he may not; '' where it was another
 */
export function accessHints(): () => string {
  let last: Answered['response'] = { statusCode: 0, headers: [] }
  subscribe('undici:request:headers', (message) => {
    last = (message as Answered).response
  })
  return () => {
    const scope = scopeWanted(last)
    if (last.statusCode === 401) {
      return `; --token, --token-file, --http.config.file or WEIR_TOKEN say it, weir token create NAME --scope ${scope ?? 'SCOPE'} makes a token`
    }
    if (last.statusCode !== 403 || scope === undefined) return ''
    return `; who has the scope admin makes a token that may: weir token create NAME --scope ${scope}`
  }
}

/** As `WWW-Authenticate` names it (RFC 6750). */
function scopeWanted({ headers }: Answered['response']): string | undefined {
  const at = headers.findIndex((name) => String(name).toLowerCase() === 'www-authenticate')
  return at < 0 ? undefined : /scope="([a-z]+)"/.exec(String(headers[at + 1]))?.[1]
}
