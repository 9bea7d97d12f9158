/**
 * Host and port to put into a client's configuration, from an intake's address. An address that
 * means "every interface" is no host to send to; the local one is.
 */
export function hostAndPort(address: string): { readonly host: string; readonly port: string } {
  const cut = address.replace(/^[a-z+]+:\/\//, '')
  const colon = cut.lastIndexOf(':')
  const host = cut.slice(0, Math.max(0, colon)).replace(/^\[|\]$/g, '')
  const anywhere = host === '' || host === '0.0.0.0' || host === '::'
  return { host: anywhere ? '127.0.0.1' : host, port: cut.slice(colon + 1) }
}
