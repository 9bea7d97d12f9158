import { CODE_HEADER, errorBody, statusOf } from './errors.ts'
import { WeirError } from '@weir/model'
import { ScopeWantedError } from '../access/access-control.ts'
import { ComeAgainError } from '../access/come-again.ts'
import type { Identity } from '../access/identity.ts'
import type { Demand } from '../access/scope.ts'
import type { QueryOrigin } from '../query/question.ts'

/**
 * A route is data: what it is called, what it takes, and a function from a call to an answer that
 * knows nothing of sockets. The server, the OpenAPI document and the tests read the same list.
 */
export interface Route {
  readonly methods: readonly Method[]
  /** `/api/v1/label/:name/values` */
  readonly path: string
  /** What callers need: of all methods, or by method. */
  readonly access: Demand | Readonly<Partial<Record<Method, Demand>>>
  /**
   * What its changes are called in the audit log, of all methods or by method: `silence.set`. Without a name
   * every method but GET that asks for `write` or `admin` is told as `POST /its/path`; false: it changes nothing.
   */
  readonly audit?: string | Readonly<Partial<Record<Method, string>>> | false
  /** One line for the API document. */
  readonly summary: string
  readonly parameters: readonly Parameter[]
  /** Works before Weir is ready: always, or as soon as queries can be answered. */
  readonly early?: true | 'queries'
  /** Takes a body of bytes; without it the body is a form. */
  readonly body?: BodyRule
  handle(call: Call): Answer | Promise<Answer>
}

/** What a route wants to know before it takes a body. */
export interface BodyRule {
  /** The media type, for the API document. */
  readonly type: string
  /** 413 beyond. */
  readonly bytesMax: number
  /** The key of weir.yml that sets it. */
  readonly key: string
  /**
   * Asked when the headers are there and nothing of the body. Throws a `WeirError` to refuse; what it
   * gives is called once when the request is over.
   */
  admit(head: RequestHead): () => void
  /** What goes wrong before the route is asked, as its protocol says such things; absent: JSON. */
  failure?(error: WeirError, head: RequestHead): Answer
}

/** What the headers of a request say of its body. */
export interface RequestHead {
  readonly method: string
  readonly contentType: string
  readonly contentEncoding: string
  /** As announced; undefined when it comes in chunks. */
  readonly contentLength: number | undefined
  /** The address that sends; behind trusted proxies the one that they name. */
  readonly clientIp: string
  /** Whether it came to Weir over TLS, or to a trusted proxy in front. */
  readonly isEncrypted: boolean
  /** Any other header, '' when it is not there; the name in small letters. */
  header(name: string): string
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Parameter {
  readonly name: string
  /** Where it is given: in the path, or in the query string (and in the form of a POST). */
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly repeated: boolean
  readonly about: string
}

/** One request, read. */
export interface Call {
  /** Form first, then query string, as Go's `Request.Form` has them. */
  readonly params: URLSearchParams
  readonly path: Readonly<Record<string, string>>
  readonly accept: string
  /** A header by its name in lower case; '' when it is not there. */
  header(name: string): string
  /** Who asks, for the query log. */
  readonly origin: Extract<QueryOrigin, { kind: 'http' }>
  readonly head: RequestHead
  /** Who asks. What is changed is changed in this name. */
  readonly who: Identity
  /** Says more of the change that this call makes, for the audit log. Never a secret. */
  readonly remark: (more: Remark) => void
  /** The body of a route that takes bytes, in memory of its own, which can change hands; else empty. */
  readonly body: Uint8Array<ArrayBuffer>
  /** Aborts when the client goes away or the server stops. */
  readonly signal: AbortSignal
}

/** What a route says of the change that it makes. */
export interface Remark {
  /** What is changed, in place of what the path names. */
  readonly target?: string
  /** A few short words by name: `until`, `before`, `after`. */
  readonly details?: Readonly<Record<string, string>>
  /** This call changed nothing after all, such as a dry run. */
  readonly isNothing?: true
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Each a `Set-Cookie`. */
  readonly cookies?: readonly string[]
  /** A stream is pulled as fast as the client reads. */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>
  /** What it refuses, in another protocol's words: at a limit that holds for many routes it is counted. */
  readonly refused?: WeirError
}

const JSON_HEADERS = { 'content-type': 'application/json' } as const

/** `{"status":"success","data":…}`, the envelope of the Prometheus API. */
export function success(data: unknown, warnings: readonly string[] = []): Answer {
  const said = warnings.length === 0 ? {} : { warnings }
  return json({ status: 'success', data, ...said })
}

/** Bare JSON, as Weir's own API answers. */
export function json(value: unknown): Answer {
  return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(value) }
}

export function text(body: string, status = 200): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

export function failure(error: WeirError): Answer & { readonly body: string } {
  const headers = { ...JSON_HEADERS, [CODE_HEADER]: error.code }
  return { status: statusOf(error.code), headers, body: errorBody(error) }
}

/** What a method of a route asks of its callers. @throws {WeirError} `BUG` for a method that the table forgot */
export function demandOf({ access, path }: Route, method: string): Demand {
  if (typeof access === 'string') return access
  const wanted = access[(method === 'HEAD' ? 'GET' : method) as Method]
  if (wanted !== undefined) return wanted
  throw new WeirError('BUG', `BUG: ${method} ${path} says nothing of access`)
}

/** Whose change this is: who asks, where that is known; else whom the call names. */
export function authorOf({ who }: Call, named: string): string {
  return who.name === '' ? named : who.name
}

/** For senders that try again: how long to wait, where trying again can help. */
export function comeAgain(error: WeirError): Record<string, string> {
  if (error instanceof ComeAgainError) return { 'retry-after': String(error.retryAfterSeconds) }
  return statusOf(error.code) === 503 ? { 'retry-after': '5' } : {}
}

/**
 * For callers that did not say who they are: in which way they can; and for those who may not: which scope it takes (RFC
 * 6750). Some programs send a password only when they are told to; a browser, told so for a request of a page, would
 * ask in a window of its own.
 */
export function howToSay(error: WeirError, isOfPage: boolean): Record<string, string> {
  const scope = error instanceof ScopeWantedError ? `, scope="${error.scope}"` : ''
  if (error.code === 'ACCESS_DENIED' && scope !== '') {
    return { 'www-authenticate': `${BEARER}, error="insufficient_scope"${scope}` }
  }
  if (error.code !== 'ACCESS_UNKNOWN') return {}
  const ways = isOfPage ? BEARER : `${BEARER}${scope}, Basic realm="weir"`
  return { 'www-authenticate': ways }
}

const BEARER = 'Bearer realm="weir"'

/** A parameter of the query string. `match[]` and its like may be given more than once. */
export function query(name: string, about: string, required = false): Parameter {
  return { name, in: 'query', required, repeated: name.endsWith('[]'), about }
}

/** A parameter of the query string that may be given more than once without saying so in its name. */
export function repeated(name: string, about: string): Parameter {
  return { ...query(name, about), repeated: true }
}

/** A parameter in the path. */
export function segment(name: string, about: string): Parameter {
  return { name, in: 'path', required: true, repeated: false, about }
}
