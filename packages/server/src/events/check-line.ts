import type { CheckNotice } from '@weir/wire'

/** The gauge that shows the newest status of each check: 0 ok, 1 warning, 2 critical, 3 unknown. */
const METRIC = 'service_check_status'

/**
 * A service check as a StatsD line, so that it becomes a series on the way that all lines go: mapping rules,
 * limits and `ttl` hold for it. Its name is the tag `check`; a time that was sent is kept.
 */
export function checkLine({
  name,
  status,
  host,
  tags,
  container,
  timeSeconds,
}: CheckNotice): string {
  const own = [`check:${plain(name)}`, ...(host === '' ? [] : [`host:${plain(host)}`])]
  // A sender's own `check` or `host` must not take the place of these.
  const sent = tags.filter((tag) => !/^(?:check|host):/.test(tag))
  const line = `${METRIC}:${status}|g|#${[...sent, ...own].join(',')}`
  return `${line}${container === '' ? '' : `|c:${container}`}${timeSeconds ? `|T${timeSeconds}` : ''}`
}

/** Commas end a tag. */
function plain(text: string): string {
  return text.replaceAll(',', '_')
}
