import { cutToBytes } from './cut.ts'

/**
 * The largest message that Teams takes, text and markup together. Microsoft says 28 kB.
 *
 * @see learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export const TEAMS_BYTES_MAX = 28_000

/** A message of Teams as JSON: its text is cut until the whole is small enough. */
export function fitTeams(text: string, write: (text: string) => object): string {
  const whole = JSON.stringify(write(text))
  if (Buffer.byteLength(whole) <= TEAMS_BYTES_MAX) return whole
  // What JSON escapes takes more bytes than it has: the cut text is shortened until it fits.
  const bare = Buffer.byteLength(JSON.stringify(write('')))
  for (let bytes = TEAMS_BYTES_MAX - bare; bytes > 0; bytes = Math.floor(bytes * 0.9)) {
    const body = JSON.stringify(write(cutToBytes(text, bytes)))
    if (Buffer.byteLength(body) <= TEAMS_BYTES_MAX) return body
  }
  return JSON.stringify(write(''))
}

/**
 * Connectors answer 200 and put the no of the service behind them into the text: `… failed with HTTP
 * error 429 …`.
 */
export function refusalInTeams(answer: string): { readonly kind: 'sent' | 'retry' | 'refused' } {
  const status = /HTTP error (\d{3})/i.exec(answer)?.[1]
  if (status === undefined) return { kind: 'sent' }
  return { kind: status === '429' || status.startsWith('5') ? 'retry' : 'refused' }
}
