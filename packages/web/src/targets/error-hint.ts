/** What to do about a scrape that failed, for the commonest reasons whose message does not say it. */
const HINTS: readonly (readonly [like: RegExp, hint: string])[] = [
  [
    /no whole answer within/,
    'Raise scrape_timeout, up to scrape_interval, or make the page smaller.',
  ],
  [/status 200, got 40[13]/, 'Give the job basic_auth, authorization or oauth2.'],
  [/status 200, got 404/, 'Look at metrics_path: it is /metrics unless the job says otherwise.'],
  [/status 200, got 5\d\d/, 'The target itself failed; its own log tells why.'],
  [
    /unreachable|no route|timed out|ETIMEDOUT/i,
    'Nothing answers from there: look at firewalls and network policies.',
  ],
  [/Cannot read line/, 'curl the page and pipe it through promtool check metrics.'],
  [
    /\((sample|label|body|target)[a-z_]*limit\)/,
    'Raise that limit in the job, or drop what is too much with metric_relabel_configs.',
  ],
]

/** What went wrong, without the URL that stands above it anyway. */
export function shortError(message: string, url: string): string {
  const start = `Cannot scrape ${url}: `
  return message.startsWith(start) ? message.slice(start.length) : message
}

/** Undefined when the message speaks for itself. */
export function errorHint(message: string): string | undefined {
  return HINTS.find(([like]) => like.test(message))?.[1]
}
