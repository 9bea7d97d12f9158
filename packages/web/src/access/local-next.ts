/** Where to go after a login: a path of this page, whatever an address says. */
export function localNext(wanted: string | undefined): string {
  if (wanted === undefined || !wanted.startsWith('/')) return '/'
  const url = URL.canParse(wanted, location.origin) ? new URL(wanted, location.origin) : undefined
  if (url?.origin !== location.origin || /^\/(login|api)(\/|$)|^\/\//.test(url.pathname)) return '/'
  return url.pathname + url.search + url.hash
}
