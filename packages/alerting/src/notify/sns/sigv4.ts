import { createHash, createHmac } from 'node:crypto'

/**
 * AWS Signature Version 4 for a request with a body: the key is derived from the secret for one day,
 * region and service, and signs a digest of what the request says.
 *
 * @see docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export interface Signing {
  readonly method: 'GET' | 'POST'
  readonly url: string
  /** Those that are signed; `host` and `x-amz-date` are added. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly region: string
  readonly service: string
  readonly credentials: AwsCredentials
  readonly atMs: number
}

export interface AwsCredentials {
  readonly accessKey: string
  readonly secretKey: string
  /** Of credentials that are lent for some hours; '' of those that last. */
  readonly sessionToken: string
}

/** The headers of a request with those that sign it. */
export function signedHeaders(signing: Signing): Record<string, string> {
  const { method, url, body, region, service, credentials, atMs } = signing
  const { accessKey, secretKey, sessionToken } = credentials
  const time = new Date(atMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = [time.slice(0, 8), region, service, 'aws4_request']
  const { host, pathname, searchParams } = new URL(url)
  const sent = {
    ...signing.headers,
    'x-amz-date': time,
    ...(sessionToken === '' ? {} : { 'x-amz-security-token': sessionToken }),
  }
  const signed = Object.entries({ ...sent, host })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const request = [
    method,
    pathname,
    queryOf(searchParams),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(body),
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(request)].join('\n')
  const key = scope.reduce<string | Buffer>((above, part) => hmac(above, part), `AWS4${secretKey}`)
  const signature = hmac(key, toSign).toString('hex')
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

function queryOf(parameters: URLSearchParams): string {
  return [...parameters]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&')
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
