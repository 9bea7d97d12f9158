import type { Credentials } from './access-control.ts'

/** What a request says of who sends it. */
export type Said =
  | { readonly kind: 'token'; readonly text: string }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }

/**
 * Reads who a request says it comes from. Clients have different ways, and none of them is asked to change:
 *
 * | header | who sends it |
 * | --- | --- |
 * | `Authorization: Bearer T` | Prometheus, OpenTelemetry, curl, most others |
 * | `Authorization: Basic user:T` | Loki's and the push gateway's clients, Grafana; the user is not looked at |
 * | `Authorization: Token T`, `Token user:T` | InfluxDB 2 and 1.8 |
 * | `Authorization: ApiKey base64(id:T)`, `ApiKey T` | Elasticsearch |
 * | `DD-API-KEY: T` | Datadog's agent |
 * | `?u=user&p=T` | InfluxDB 1, on its own paths only |
 *
 * @returns undefined when nothing is said
 */
export function saidBy({ headers, url = '' }: Credentials): Said | undefined {
  const given = [headers['authorization'] ?? ''].flat()[0]!.trim()
  if (given !== '') return ofAuthorization(given)
  const datadog = [headers['dd-api-key'] ?? ''].flat()[0]!.trim()
  if (datadog !== '') return { kind: 'token', text: datadog }
  return ofInflux(url)
}

function ofAuthorization(given: string): Said {
  const space = given.indexOf(' ')
  const scheme = (space < 0 ? '' : given.slice(0, space)).toLowerCase()
  const rest = given.slice(space + 1).trim()
  switch (scheme) {
    case 'basic':
      return ofPair(decoded(rest))
    case 'token':
      return rest.includes(':') ? ofPair(rest) : { kind: 'token', text: rest }
    case 'apikey':
      return ofPair(rest.startsWith(TOKEN) ? `:${rest}` : decoded(rest))
    default:
      return { kind: 'token', text: rest } // what is no token is nobody's
  }
}

/** `user:password`, where either may be a token. */
function ofPair(pair: string): Said {
  const colon = pair.indexOf(':')
  const user = colon < 0 ? pair : pair.slice(0, colon)
  const password = colon < 0 ? '' : pair.slice(colon + 1)
  if (password.startsWith(TOKEN)) return { kind: 'token', text: password }
  if (password === '' && user.startsWith(TOKEN)) return { kind: 'token', text: user }
  return { kind: 'password', user, password }
}

const TOKEN = 'weir_'

/** Where InfluxDB 1 and what writes to it say who they are in the URL. */
const INFLUX = /^(?:\/influx)?\/(?:write|query)\?(.*)$/

function ofInflux(url: string): Said | undefined {
  const query = INFLUX.exec(url)?.[1]
  if (query === undefined) return undefined
  const params = new URLSearchParams(query)
  const user = params.get('u') ?? ''
  const password = params.get('p') ?? ''
  return user === '' && password === '' ? undefined : ofPair(`${user}:${password}`)
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString()
}
