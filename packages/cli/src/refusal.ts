import { subscribe } from 'node:diagnostics_channel'

/** What undici tells of each answer. */
interface Answered {
  readonly response: { readonly statusCode: number }
}

/**
 * Listens to what servers answer, whichever command asks.
 *
 * @returns what to do where the last answer was that nobody knows who asks; '' where it was another
 */
export function accessHints(): () => string {
  let last = 0
  subscribe('undici:request:headers', (message) => {
    last = (message as Answered).response.statusCode
  })
  return () => (last === 401 ? HINT : '')
}

const HINT = '; --token, --token-file or WEIR_TOKEN say it, weir token create makes a token'
