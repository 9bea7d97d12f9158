import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'

export const TLS_FOLDER = join(import.meta.dirname, '../../../../../fixtures/tls')
const pem = (name: string): string => readFileSync(join(TLS_FOLDER, `${name}.pem`), 'utf8')

/** Who knocks: with no certificate, one of our CA (named client.test), one that is over, one of strangers. */
export const CLIENTS = ['none', 'client', 'expired', 'other'] as const
export type Client = (typeof CLIENTS)[number]

/** The status of an answer, or `closed` where there is none. */
export type Outcome = number | 'closed'

/** Asks a server on loopback, as one of the clients. */
export function knock(
  url: string,
  client: Client,
  headers: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const asked = request(url, {
      agent: false,
      ca: pem('ca'),
      ...(client === 'none' ? {} : { cert: pem(client), key: pem(`${client}-key`) }),
      headers,
    })
    asked.on('response', (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 'closed'))
    })
    asked.on('error', () => resolve('closed'))
    asked.end()
  })
}

const PAIR = `cert_file: ${TLS_FOLDER}/server.pem, key_file: ${TLS_FOLDER}/server-key.pem`
const CA = `client_ca_file: ${TLS_FOLDER}/ca.pem`

/** What a server with this policy answers each client to a query: as Prometheus 3.5 does. */
export const POLICIES: readonly {
  readonly name: string
  readonly text: string
  readonly answers: Readonly<Record<Client, Outcome>>
}[] = [
  {
    name: 'NoClientCert',
    text: `tls_server_config: { ${PAIR} }`,
    answers: { none: 200, client: 200, expired: 200, other: 200 },
  },
  {
    name: 'RequestClientCert',
    text: `tls_server_config: { ${PAIR}, client_auth_type: RequestClientCert }`,
    answers: { none: 200, client: 200, expired: 200, other: 200 },
  },
  {
    name: 'RequireAnyClientCert',
    text: `tls_server_config: { ${PAIR}, client_auth_type: RequireAnyClientCert }`,
    answers: { none: 'closed', client: 200, expired: 200, other: 200 },
  },
  {
    name: 'VerifyClientCertIfGiven',
    text: `tls_server_config: { ${PAIR}, ${CA}, client_auth_type: VerifyClientCertIfGiven }`,
    answers: { none: 200, client: 200, expired: 'closed', other: 'closed' },
  },
  {
    name: 'RequireAndVerifyClientCert',
    text: `tls_server_config: { ${PAIR}, ${CA}, client_auth_type: RequireAndVerifyClientCert }`,
    answers: { none: 'closed', client: 200, expired: 'closed', other: 'closed' },
  },
  {
    name: 'an allowed name',
    text: `tls_server_config: { ${PAIR}, ${CA}, client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: [client.test] }`,
    answers: { none: 'closed', client: 200, expired: 'closed', other: 'closed' },
  },
  {
    name: 'a name that is not allowed',
    text: `tls_server_config: { ${PAIR}, ${CA}, client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: [CN=client] }`,
    answers: { none: 'closed', client: 'closed', expired: 'closed', other: 'closed' },
  },
]
