import { parseDocument, stringify } from 'yaml'

/** Keys whose values nobody may read back, wherever they stand. */
const SECRET_KEYS =
  /(^|_)(password|passwd|secret|token|credentials|routing_key|service_key|api_key|auth_identity)$|^key$/

const URL_SECRETS = /^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/i

/** Keys of receivers whose URL is itself the password. */
const SECRET_URLS = /^(api_url|slack_api_url|webhook_url)$/

/** A YAML text as it may be shown: secrets and the user part of URLs become `<secret>`. Comments go too: they may hold anything. */
export function redactYaml(text: string): string {
  return stringify(redact(parseDocument(text).toJS({ maxAliasCount: 100 }), ''))
}

function redact(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => redact(item, key))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, redact(inner, name)]),
    )
  }
  if (SECRET_KEYS.test(key) || SECRET_URLS.test(key)) return '<secret>'
  return typeof value === 'string' ? value.replace(URL_SECRETS, '$1<secret>@') : value
}
