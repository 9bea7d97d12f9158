import { HttpClient, httpClientConfig } from '@weir/fetch'
import type { OidcConfig } from './config.ts'

/** Longest answer of a provider: keys and discovery are some kilobytes. */
const ANSWER_BYTES_MAX = 1024 * 1024

/** What the library asks with, in the shape of `fetch`. */
type ProviderFetch = (url: string, options: FetchOptions) => Promise<Response>

interface FetchOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

/** Asks a provider as the configuration says: by proxy, with its certificates, bounded in bytes, never redirected. */
export async function openProviderFetch(
  oidc: OidcConfig,
): Promise<{ readonly fetch: ProviderFetch } & AsyncDisposable> {
  const { tls_config, proxy_url, no_proxy, proxy_from_environment } = oidc
  const client = await HttpClient.open(
    {
      ...httpClientConfig.parse({ follow_redirects: false }),
      tls_config,
      proxy_url,
      no_proxy,
      proxy_from_environment,
    },
    { what: 'oidc' },
  )
  return {
    fetch: async (url, { method, headers, body, signal }) => {
      const reply = await client.request(url, {
        method: method === 'POST' ? 'POST' : 'GET',
        headers,
        ...(body instanceof URLSearchParams ? { body: body.toString() } : {}),
        ...(signal === undefined ? {} : { signal }),
      })
      const bytes = await reply.bytes(ANSWER_BYTES_MAX)
      const type = reply.header('content-type')
      const isEmpty = [204, 205, 304].includes(reply.status)
      return new Response(isEmpty ? null : Buffer.from(bytes), {
        status: reply.status,
        headers: {
          ...(type === '' ? {} : { 'content-type': type }),
          ...(reply.header('www-authenticate') === ''
            ? {}
            : { 'www-authenticate': reply.header('www-authenticate') }),
        },
      })
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}
