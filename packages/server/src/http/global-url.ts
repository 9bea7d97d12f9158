/** Where this Weir is: as others reach it, and on which port it listens. */
interface Reached {
  /** '' when nobody said. */
  readonly externalUrl: string
  readonly ownPort: number
}

const LOCAL = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * A target's URL as one may use it from elsewhere: a target on this machine gets the host of Weir's external URL, and
 * Weir itself that URL's scheme and port too. Without an external URL nobody knows better.
 */
export function globalUrl(scrapeUrl: string, { externalUrl, ownPort }: Reached): string {
  const parts = /^([^:]*:\/\/)(\[[^\]]*\]|[^/:?]*)(?::(\d+))?(.*)$/s.exec(scrapeUrl)
  if (externalUrl === '' || parts === null) return scrapeUrl
  const [, scheme, host = '', port, rest] = parts
  if (!LOCAL.has(host)) return scrapeUrl
  const outside = new URL(externalUrl)
  if (Number(port) === ownPort) return `${outside.protocol}//${outside.host}${rest}`
  return `${scheme}${outside.hostname}${port === undefined ? '' : `:${port}`}${rest}`
}
