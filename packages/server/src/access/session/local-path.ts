/**
 * Where to go after a login: a path of this page, never an address elsewhere. Browsers read `\` as `/`, skip tabs
 * and line ends, and take `//host` for another host; so what they would make of it is looked at, not the text.
 */
export function localPath(wanted: string | null | undefined): string {
  if (typeof wanted !== 'string' || wanted.length > LENGTH_MAX || !wanted.startsWith('/'))
    return '/'
  const base = 'http://weir.invalid'
  if (!URL.canParse(wanted, base)) return '/'
  const url = new URL(wanted, base)
  if (url.origin !== base || url.pathname.startsWith('//')) return '/'
  // What logs in and out again must not be where one lands.
  if (/^\/(login|api)(\/|$)/.test(url.pathname)) return '/'
  return url.pathname + url.search + url.hash
}

const LENGTH_MAX = 2048
