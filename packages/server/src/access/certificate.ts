import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** The common name in the client certificate of a connection, where one was asked for and is good; '' otherwise. */
export function subjectOf(socket: Socket): string {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return ''
  const name = socket.getPeerCertificate().subject?.CN
  return typeof name === 'string' ? name : ''
}
