/**
 * The URL of a target, put together from its labels and escaped as Go's `net/url` does it: `/api/v1/targets` shows
 * it, and people compare.
 */
export function scrapeUrl(
  labels: ReadonlyMap<string, string>,
  address: string,
  params: Readonly<Record<string, readonly string[]>>,
): string {
  const query = new Map(Object.entries(params).map(([name, values]) => [name, [...values]]))
  for (const [label, value] of labels) {
    if (!label.startsWith('__param_')) continue
    const name = label.slice('__param_'.length)
    query.set(name, [value, ...(query.get(name)?.slice(1) ?? [])])
  }
  const pairs = [...query]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => values.map((value) => `${escape(name)}=${escape(value)}`))
  const path = labels.get('__metrics_path__') ?? ''
  const slash = path === '' || path.startsWith('/') ? '' : '/'
  const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`
  return `${labels.get('__scheme__') ?? 'http'}://${address}${slash}${escapePath(path)}${search}`
}

function escape(text: string): string {
  return strictly(text).replaceAll('%20', '+')
}

/** In a path these have no meaning of their own and stand as they are. */
const PLAIN_IN_PATH = /%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g

function escapePath(path: string): string {
  return strictly(path).replace(PLAIN_IN_PATH, decodeURIComponent)
}

/** All but letters, digits and `-_.~`. A lone half of a surrogate pair has no bytes and becomes U+FFFD. */
function strictly(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
