import { WeirError } from '@weir/model'
import type { HttpClientConfig } from './config.ts'
import { usesProxy } from './no-proxy.ts'

/** The part of the configuration that says by which proxy a request goes. */
export type ProxyConfig = Pick<
  HttpClientConfig,
  'proxy_url' | 'no_proxy' | 'proxy_from_environment' | 'proxy_connect_header'
>

/**
 * The proxy for an address; undefined when it is reached without. A `proxy_url` without `no_proxy` is used for
 * everything, this machine included; with `no_proxy`, and from the environment, this machine is left out.
 *
 * @throws {WeirError} `FETCH_FAILED` when the environment names a proxy that is no address
 */
export function proxyFor(
  url: URL,
  config: ProxyConfig,
  environment: NodeJS.ProcessEnv,
): URL | undefined {
  if (config.proxy_from_environment) return fromEnvironment(url, environment)
  if (config.proxy_url === undefined || config.proxy_url === '') return undefined
  const noProxy = config.no_proxy ?? ''
  if (noProxy !== '' && !usesProxy(url, noProxy)) return undefined
  return new URL(config.proxy_url)
}

function fromEnvironment(url: URL, environment: NodeJS.ProcessEnv): URL | undefined {
  const [upper, lower] =
    url.protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy']
  const given = environment[upper] || environment[lower] || ''
  if (given === '') return undefined
  if (!usesProxy(url, environment['NO_PROXY'] || environment['no_proxy'] || '')) return undefined
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`
  if (!URL.canParse(address)) {
    throw new WeirError(
      'FETCH_FAILED',
      `cannot use the proxy in the environment variable ${upper}: want an address such as http://proxy:3128`,
    )
  }
  return new URL(address)
}

/** The header by which the user and password of a proxy's address reach it; undefined without any. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === '' && proxy.password === '') return undefined
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}
