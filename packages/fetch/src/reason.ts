import { WeirError } from '@weir/model'

/** What Node says when something goes wrong on the way, and what a person can do about it. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused); look whether it runs, and at its port',
  ECONNRESET: 'the connection was closed before an answer came (connection reset)',
  EPIPE: 'the connection was closed while the request was sent',
  UND_ERR_SOCKET: 'the connection was closed before the answer was whole',
  EHOSTUNREACH: 'there is no way to that host (no route)',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'nothing answers at that address (connecting timed out)',
  UND_ERR_CONNECT_TIMEOUT: 'nothing answers at that address (connecting timed out)',
  ENOTFOUND: 'no such host is known; look at its name',
  EAI_AGAIN: 'its name could not be looked up; look at the name service',
  Z_DATA_ERROR: 'it says that it is packed with gzip, and is not',
  Z_BUF_ERROR: 'what it packed with gzip ends too early',
  UND_ERR_HEADERS_OVERFLOW: 'its headers are too long',
  CERT_HAS_EXPIRED: 'its certificate has expired; it needs a new one',
  CERT_NOT_YET_VALID: "its certificate is not valid yet; look at this machine's clock",
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on that port; perhaps it is http',
  EPROTO: 'it does not speak TLS on that port; perhaps it is http',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'no version of TLS is spoken by both; look at min_version',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'no version of TLS is spoken by both; look at max_version',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    'it wants a certificate from Weir; set cert_file and key_file of tls_config',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE:
    'the TLS handshake failed; perhaps it wants a certificate from Weir',
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
])

/** Why a request failed, in words that lead on; a `WeirError` of our own says it already. */
export function reasonOf(error: unknown): string {
  if (error instanceof WeirError) return error.message
  const { name, message, code = '', cause } = error as Error & { code?: string }
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  if (UNTRUSTED.has(code)) {
    return 'nobody who is trusted here signed its certificate; name who did in ca_file of tls_config'
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const { reason } = error as Error & { reason?: string }
    return `its certificate is for another name (${reason ?? message}); set server_name of tls_config to one that it has`
  }
  if (name === 'HTTPParserError')
    return `what it says is not HTTP (${message}); perhaps it is https`
  const proxy = /^Proxy response \((\d+)\)/.exec(message)?.[1] ?? /\((407)\)$/.exec(message)?.[1]
  if (proxy !== undefined) return proxyReason(proxy)
  if (code === 'UND_ERR_PRX_TLS' && cause !== undefined) return `the proxy: ${reasonOf(cause)}`
  const known = REASONS[code]
  if (known !== undefined) return known
  return message === '' ? code || 'it failed' : message
}

function proxyReason(status: string): string {
  return status === '407'
    ? 'the proxy wants a user and password (status 407); write them into proxy_url'
    : `the proxy did not connect (status ${status})`
}
