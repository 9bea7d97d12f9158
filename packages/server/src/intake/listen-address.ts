import { WeirError } from '@weir/model'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** Splits `host:port`; an empty host is every address of the machine. */
export function readListenAddress(text: string): ListenAddress {
  const at = text.lastIndexOf(':')
  const host = text.slice(0, at).replaceAll(/[[\]]/g, '')
  return { host: host === '' ? '0.0.0.0' : host, port: Number(text.slice(at + 1)) }
}

export function showAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** What to tell when a socket cannot be opened, and what to do about it. */
export function listenError(
  protocol: 'UDP' | 'TCP',
  address: ListenAddress,
  cause: unknown,
): WeirError {
  const error = cause as NodeJS.ErrnoException
  const at = `Cannot listen for StatsD on ${protocol} "${showAddress(address)}"`
  if (error.code === 'EADDRINUSE') {
    const message = `${at}: want a free port, got one that another program has; stop that program or set statsd.listen to another port`
    return new WeirError('ADDRESS_IN_USE', message, { cause })
  }
  const message = `${at}: want an address of this machine that may be used, got ${error.code ?? error.message}; set statsd.listen to another`
  return new WeirError('ADDRESS_UNUSABLE', message, { cause })
}
