import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** What a client certificate that somebody vouches for says of its holder. */
export interface ClientCertificate {
  /** The common name; '' where there is none. */
  readonly certificate: string
  /** The common name and all alternative names: DNS, addresses, e-mail, URIs. */
  readonly certificateNames: readonly string[]
}

const NONE: ClientCertificate = { certificate: '', certificateNames: [] }

/** Reading a certificate takes longer than most requests; a connection has one for its life. */
const READ = new WeakMap<TLSSocket, KnownCertificate>()

interface KnownCertificate extends ClientCertificate {
  readonly untilMs: number
}

/** Of the client of a connection, where one was asked for, is good, and is not over since. */
export function certificateOf(socket: Socket, nowMs: number): ClientCertificate {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return NONE
  const known = READ.get(socket) ?? read(socket)
  return nowMs > known.untilMs ? NONE : known
}

function read(socket: TLSSocket): KnownCertificate {
  const { subject, subjectaltname = '', valid_to: until } = socket.getPeerCertificate()
  const name = typeof subject?.CN === 'string' ? subject.CN : ''
  const names = [...(name === '' ? [] : [name]), ...alternativeNames(subjectaltname)]
  const untilMs = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until)
  const known = { certificate: name, certificateNames: names, untilMs }
  READ.set(socket, known)
  return known
}

/** `DNS:a.example, URI:spiffe://x, IP Address:10.0.0.1`; a value with a comma or a quote in it is a JSON string. */
export function alternativeNames(text: string): string[] {
  const names: string[] = []
  const part = /(?:^|, )(?:DNS|URI|email|IP Address):("(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/gy
  for (let found = part.exec(text); found !== null; found = part.exec(text)) {
    const value = found[1]!
    names.push(value.startsWith('"') ? (JSON.parse(value) as string) : value)
  }
  return names
}
