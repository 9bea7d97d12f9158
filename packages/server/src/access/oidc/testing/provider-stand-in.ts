import { createHash } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@weir/model'
import { type JWTPayload, SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose'

/** In what this provider can be wrong. */
export type Wrong =
  | 'nonce'
  | 'audience'
  | 'issuer'
  | 'expired'
  | 'future'
  | 'unsigned'
  | 'forged'
  | 'broken'

/** An OpenID provider at which everybody is logged in already; it speaks the real protocol, strictly. */
export interface ProviderStandIn extends AsyncDisposable {
  readonly issuer: string
  /** What it says of whoever comes, beside who it is. */
  claims: Readonly<Record<string, unknown>>
  /** What only its user info says. */
  userinfo: Readonly<Record<string, unknown>>
  wrong: Wrong | undefined
  /** Whether it answers at all, with an error, or never. */
  state: 'well' | 'failing' | 'silent'
  /** A code that it gives out for this request; undefined refuses, as when somebody says no. */
  consents: boolean
  /** Requests so far, by path. */
  readonly asked: Map<string, number>
  /** Signs with another key from now on. */
  rotate(): Promise<void>
}

interface Grant {
  readonly nonce: string
  readonly challenge: string
  readonly redirectUri: string
}

const SECRET = 'provider-secret-0123456789'
export const CLIENT = { client_id: 'weir', client_secret: SECRET } as const

export async function startProvider(): Promise<ProviderStandIn> {
  const grants = new Map<string, Grant>()
  const asked = new Map<string, number>()
  let key = await newKey('k1')
  const stranger = await newKey('k1')
  let count = 0
  let keyCount = 1
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', issuer())
    asked.set(url.pathname, (asked.get(url.pathname) ?? 0) + 1)
    if (provider.state === 'silent') return
    if (provider.state === 'failing') return void response.writeHead(503).end('away')
    answer(url, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const answer = async (
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(response, 200, {
          issuer: issuer(),
          authorization_endpoint: `${issuer()}/authorize`,
          token_endpoint: `${issuer()}/token`,
          jwks_uri: `${issuer()}/jwks`,
          userinfo_endpoint: `${issuer()}/userinfo`,
          end_session_endpoint: `${issuer()}/logout`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['ES256'],
          code_challenge_methods_supported: ['S256'],
          token_endpoint_auth_methods_supported: ['client_secret_basic'],
        })
      case '/authorize':
        return authorize(url, response)
      case '/token':
        return token(await formOf(request), request, response)
      case '/jwks':
        return json(response, 200, { keys: [key.jwk] })
      case '/userinfo':
        return json(response, 200, { sub: 'u-1', ...provider.userinfo })
      case '/logout':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('Logged out')
      default:
        return json(response, 404, {})
    }
  }

  const authorize = (url: URL, response: ServerResponse): void => {
    const asks = url.searchParams
    const redirectUri = asks.get('redirect_uri') ?? ''
    const isWhole =
      asks.get('client_id') === CLIENT.client_id &&
      asks.get('response_type') === 'code' &&
      asks.get('code_challenge_method') === 'S256' &&
      redirectUri.endsWith('/login/oidc/callback')
    if (!isWhole) return json(response, 400, { error: 'invalid_request' })
    const back = new URL(redirectUri)
    back.searchParams.set('state', asks.get('state') ?? '')
    if (provider.consents) {
      const code = `code-${++count}`
      grants.set(code, {
        nonce: asks.get('nonce') ?? '',
        challenge: asks.get('code_challenge') ?? '',
        redirectUri,
      })
      back.searchParams.set('code', code)
    } else {
      back.searchParams.set('error', 'access_denied')
    }
    response.writeHead(302, { location: back.href }).end()
  }

  const token = async (
    form: URLSearchParams,
    { headers }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const said = Buffer.from(headers.authorization?.replace('Basic ', '') ?? '', 'base64')
    if (decodeURIComponent(said.toString()) !== `${CLIENT.client_id}:${SECRET}`) {
      return json(response, 401, { error: 'invalid_client' })
    }
    const code = form.get('code') ?? ''
    const grant = grants.get(code)
    grants.delete(code) // for one use
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (grant?.challenge !== proof || grant.redirectUri !== form.get('redirect_uri')) {
      return json(response, 400, { error: 'invalid_grant' })
    }
    if (provider.wrong === 'broken') return void response.writeHead(200).end('<html>')
    const id_token = await idToken(grant)
    return json(response, 200, { access_token: 'at', token_type: 'Bearer', id_token })
  }

  const idToken = async ({ nonce }: Grant): Promise<string> => {
    const { wrong } = provider
    const nowS = Math.floor(systemClock.now() / 1000)
    const issuedS = wrong === 'expired' ? nowS - 4000 : wrong === 'future' ? nowS + 4000 : nowS
    const payload: JWTPayload = {
      sub: 'u-1',
      ...provider.claims,
      nonce: wrong === 'nonce' ? 'another' : nonce,
      iss: wrong === 'issuer' ? 'https://elsewhere.example' : issuer(),
      aud: wrong === 'audience' ? 'grafana' : CLIENT.client_id,
      iat: issuedS,
      nbf: issuedS,
      exp: issuedS + 300,
    }
    if (wrong === 'unsigned') return new UnsecuredJWT(payload).encode()
    const { pair, kid } = wrong === 'forged' ? stranger : key
    return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid }).sign(pair.privateKey)
  }

  const provider: ProviderStandIn = {
    get issuer() {
      return issuer()
    },
    claims: { preferred_username: 'ann', groups: ['data'] },
    userinfo: {},
    wrong: undefined,
    state: 'well',
    consents: true,
    asked,
    rotate: async () => {
      key = await newKey(`k${++keyCount}`)
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return provider
}

interface Key {
  readonly kid: string
  readonly pair: Awaited<ReturnType<typeof generateKeyPair>>
  readonly jwk: object
}

async function newKey(kid: string): Promise<Key> {
  const pair = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' }
  return { kid, pair, jwk }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let body = ''
  for await (const piece of request) body += String(piece)
  return new URLSearchParams(body)
}
