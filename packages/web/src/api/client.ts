import { learnServerTime } from '../time/server-clock.ts'
import { nobodyIsKnown } from './known.ts'
import { connectionLost, connectionWorks } from './connection.ts'

/** Why there is no answer. */
export type Failure =
  /** Weir said no: a bad query, an unknown pipeline, a limit. */
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly errorType: string
      /** Weir's own word for it, as in docs/errors.md; '' when something between said no. */
      readonly code: string
      readonly message: string
      /** What is there instead of what was asked for; unset when there is nothing. */
      readonly conflict?: unknown
    }
  /** Nobody answered. */
  | { readonly kind: 'unreachable'; readonly message: string }
  /** Something answered that is not Weir: a proxy's page, half a body. */
  | { readonly kind: 'unreadable'; readonly status: number; readonly message: string }

/** A {@link Failure} on its way through promises. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** An answer of the Prometheus API, its notes kept. */
export interface PrometheusAnswer<T> {
  readonly data: T
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
}

/** GETs JSON from Weir's own API. @throws {RequestError} */
export async function getWeir<T>(path: string, signal: AbortSignal): Promise<T> {
  const { response, body } = await request(path, { signal })
  if (!response.ok) throw refusal(response, body)
  return body as T
}

/** POSTs a form to Weir's own API. @throws {RequestError} */
export async function postWeir<T>(
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<T> {
  const init = { method: 'POST', body: new URLSearchParams(parameters) }
  const { response, body } = await request(path, init)
  if (!response.ok) throw refusal(response, body)
  return body as T
}

/** Sends JSON to Weir's own API. @throws {RequestError} */
export async function sendWeir<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  value: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const init = { method, headers, body: JSON.stringify(value), ...(signal ? { signal } : {}) }
  const { response, body } = await request(path, init)
  if (!response.ok) throw refusal(response, body)
  return body as T
}

/** Sends JSON and reads the answer, a line of JSON each, to its end. @throws {RequestError} */
export async function sendLines<T>(
  path: string,
  value: unknown,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(value), signal }
  const response = await reach(path, init)
  if (!response.ok) throw refusal(response, await response.json().catch(() => undefined))
  const text = await response.text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}

/** DELETEs what is at a path. @throws {RequestError} */
export async function deleteAt(path: string): Promise<void> {
  const response = await reach(path, { method: 'DELETE' })
  if (response.ok) return
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  const told: unknown = isJson ? await response.json() : { message: await response.text() }
  throw refusal(response, told)
}

/**
 * Asks the Prometheus API. With parameters it POSTs a form, because queries may be longer than URLs.
 *
 * @throws {RequestError}
 */
export async function askPrometheus<T>(
  path: string,
  parameters: Readonly<Record<string, string>> | undefined,
  signal: AbortSignal,
  base: '/api/v1' | '/api/weir/v1' = '/api/v1',
): Promise<PrometheusAnswer<T>> {
  const { response, body } = await request(
    `${base}/${path}`,
    parameters === undefined
      ? { signal }
      : { signal, method: 'POST', body: new URLSearchParams(parameters) },
  )
  const answer = body as Partial<PrometheusAnswer<T>> & { readonly status?: string }
  if (!response.ok || answer.status !== 'success') throw refusal(response, body)
  return {
    data: answer.data as T,
    warnings: answer.warnings ?? [],
    infos: answer.infos ?? [],
  }
}

async function request(
  path: string,
  init: RequestInit,
): Promise<{ readonly response: Response; readonly body: unknown }> {
  const response = await reach(path, init)
  if (response.status === 204) return { response, body: { status: 'success' } }
  try {
    return { response, body: await response.json() }
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw new RequestError({
      kind: 'unreadable',
      status: response.status,
      message: `Cannot read the answer to "${path}": want JSON, got status ${response.status}`,
    })
  }
}

/** Reaches Weir; the answer may be a refusal. @throws {RequestError} when nobody answers */
export async function reach(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, {
      ...init,
      headers: withAccept(init.headers),
    })
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    connectionLost()
    throw new RequestError({ kind: 'unreachable', message: 'Weir does not answer' })
  }
  learnServerTime(response.headers.get('date'))
  connectionWorks()
  if (codeOf(response) === 'ACCESS_UNKNOWN') nobodyIsKnown()
  return response
}

function codeOf(response: Response): string {
  return response.headers.get('weir-error-code') ?? ''
}

function withAccept(given: HeadersInit | undefined): Headers {
  const headers = new Headers(given)
  headers.set('accept', 'application/json')
  headers.set('weir-page', '1') // no form and no other site can send it: what a session asks is meant
  return headers
}

function refusal(response: Response, body: unknown): RequestError {
  const told = (body ?? {}) as Readonly<Record<string, unknown>>
  const message = [told['message'], told['error']].find((text) => typeof text === 'string')
  return new RequestError({
    kind: 'refused',
    status: response.status,
    code: codeOf(response),
    errorType: typeof told['errorType'] === 'string' ? told['errorType'] : '',
    message: message ?? `Weir answered with status ${response.status}`,
    ...(told['conflict'] === undefined ? {} : { conflict: told['conflict'] }),
  })
}
