import { parseDocument, stringify } from 'yaml'
import { HIDDEN, isSecretParameter, redactText } from './redact-text.ts'

/**
 * A YAML text as it may be shown: what is secret becomes `<secret>`. Comments go too: they may hold
 * anything. Names of files that hold secrets stay. A text that is not YAML is not shown at all.
 */
export function redactYaml(text: string): string {
  const document = parseDocument(text)
  if (document.errors.length > 0) return HIDDEN
  const value: unknown = document.toJS({ maxAliasCount: 100 })
  return value === null ? '' : stringify(redact(value, []))
}

/**
 * An alertmanager.yml as it may be shown to amtool, which reads it as a config: where that wants an
 * address of a service, the address shows without user, password and parameters. Keys that only Weir
 * has are left out: amtool would refuse the whole.
 */
export function redactAlertmanager(text: string): string {
  const document = parseDocument(text)
  if (document.errors.length > 0) return ''
  const value: unknown = document.toJS({ maxAliasCount: 100 })
  return value === null ? '' : stringify(redact(withoutOwnKeys(value), [], plainAddress))
}

/** Keys of an alertmanager.yml that Alertmanager does not know: of the whole, and of a receiver. */
const OWN_KEYS: ReadonlySet<string> = new Set(['strict_compat', 'jsm_configs'])

function withoutOwnKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const known = (object: object): object =>
    Object.fromEntries(Object.entries(object).filter(([key]) => !OWN_KEYS.has(key)))
  const { receivers, ...rest } = known(value) as { readonly receivers?: unknown }
  if (!Array.isArray(receivers)) return known(value)
  const shown = receivers.map((one: unknown) =>
    typeof one === 'object' && one !== null ? known(one) : one,
  )
  return { ...rest, receivers: shown }
}

/** Slack's address is a password; those of the other services are not, but for what stands in front of and behind them. */
function plainAddress(text: string, path: readonly string[]): string | undefined {
  const key = path.at(-1) ?? ''
  const isSecret =
    key.endsWith('webhook_url') ||
    path.slice(-2).some((name) => /^slack_(api_url|configs)$/.test(name))
  if (!SECRET_URLS.test(key) || isSecret || !URL.canParse(text)) return undefined
  const { protocol, host, pathname } = new URL(text)
  return `${protocol}//${host}${pathname}`
}

/** Whether a key names a file in which a secret is: `password_file`. */
export function isSecretFile(key: string): boolean {
  return key.endsWith('_file') && SECRET_KEYS.test(key.slice(0, -'_file'.length))
}

/** Keys whose values nobody may read back, wherever they stand: `smtp_auth_password`, `client_secret`. */
const SECRET_KEYS =
  /(^|_)(password|passwd|passphrase|secrets?|token|token_id|credentials|routing_key|service_key|api_key|apikey|user_key|private_key|shared_key|access_key|secret_key|auth_identity|auth_username)$|^key$/i

/** Addresses that are passwords themselves. */
const SECRET_URLS = /(^|_)(api_url|webhook_url|alert_source_url|app_url|proxy_url)$/i

/** The keys of receivers in an alertmanager.yml. The `url` of all but PagerDuty's is a secret there. */
const RECEIVERS = /^(?!pagerduty)\w+_configs$/

/** Headers that are sent to somebody: their values may be anything. */
const HEADERS = /^(http_headers|proxy_connect_header|headers)$/

/** @param shown what to show of a text in any case */
function redact(
  value: unknown,
  path: readonly string[],
  shown?: (text: string, path: readonly string[]) => string | undefined,
): unknown {
  const plain = typeof value === 'string' ? shown?.(value, path) : undefined
  if (plain !== undefined) return plain
  if (isSecret(path)) return hide(value)
  if (Array.isArray(value)) return value.map((item: unknown) => redact(item, path, shown))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, redact(inner, [...path, name], shown)]),
    )
  }
  return typeof value === 'string' ? redactText(value) : value
}

/** Every text within; the shape stays, so that one sees what is set. */
function hide(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hide)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hide(inner)]))
  }
  return value === null || value === '' ? value : HIDDEN
}

/** Whether what stands at this path of a configuration is a secret. */
export function isSecret(path: readonly string[]): boolean {
  const key = path.at(-1) ?? ''
  const above = path.at(-2) ?? ''
  if (/_(file|ref)$/i.test(key)) return false
  if (SECRET_KEYS.test(key) || SECRET_URLS.test(key)) return true
  if (key === 'url' && RECEIVERS.test(above) && !path.includes('scrape_configs')) return true
  // http_headers.NAME.values, and headers.NAME: files may show
  if (HEADERS.test(path.at(-3) ?? '') && key === 'values') return true
  if (above === 'headers' || above === 'proxy_connect_header') return true
  // params.NAME of a job: as in a query string
  return above === 'params' && isSecretParameter(key)
}
