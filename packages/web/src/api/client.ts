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
  return readBody<T>(path, await reach(path, { signal }), signal)
}

/** Routes that read although they are asked by POST: what is asked is too long for an address. */
type Question =
  | '/api/weir/v1/logs/context'
  | '/api/weir/v1/boards/query'
  | '/api/weir/v1/rules/preview'

/** Asks by a form or by JSON, and reads JSON. @throws {RequestError} */
export async function ask<T>(
  path: Question,
  asked: object | URLSearchParams,
  signal?: AbortSignal,
): Promise<T> {
  return readBody<T>(path, await askFor(path, asked, signal), signal)
}

/** Asks, and reads the answer, a line of JSON each, to its end. @throws {RequestError} */
export async function askLines<T>(
  path: Question,
  asked: object,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const response = await askFor(path, asked, signal)
  const text = await response.text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}

/** Asks; what is answered can be read as it comes, and is no refusal. @throws {RequestError} */
export async function askFor(
  path: Question,
  asked: object | URLSearchParams,
  signal?: AbortSignal,
): Promise<Response> {
  const isForm = asked instanceof URLSearchParams
  const response = await reach(path, {
    method: 'POST',
    ...(isForm ? {} : { headers: { 'content-type': 'application/json' } }),
    body: isForm ? asked : JSON.stringify(asked),
    ...(signal === undefined ? {} : { signal }),
  })
  if (response.ok) return response
  throw refusal(response, await response.json().catch(() => undefined))
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
  const init = { method: 'POST', body: new URLSearchParams(parameters) }
  const address = `${base}/${path}`
  const response = await reach(address, { signal, ...(parameters === undefined ? {} : init) })
  const body = await bodyOf(address, response, signal)
  const answer = (body ?? {}) as Partial<PrometheusAnswer<T>> & { readonly status?: string }
  if (!response.ok || answer.status !== 'success') throw refusal(response, body)
  return {
    data: answer.data as T,
    warnings: answer.warnings ?? [],
    infos: answer.infos ?? [],
  }
}

/** Reads an answer that is no refusal. @throws {RequestError} */
export async function readBody<T>(
  path: string,
  response: Response,
  signal?: AbortSignal,
): Promise<T> {
  const body = await bodyOf(path, response, signal)
  if (!response.ok) throw refusal(response, body)
  return body as T
}

async function bodyOf(path: string, response: Response, signal?: AbortSignal): Promise<unknown> {
  try {
    const text = await response.text()
    if (text === '' && response.ok) return undefined
    const isPlain = response.headers.get('content-type')?.startsWith('text/plain') === true
    return isPlain ? text.trim() : (JSON.parse(text) as unknown)
  } catch (cause) {
    if (signal?.aborted) throw cause
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

/** What Weir said when it said no: some of the APIs that it speaks say it as a mere text. */
export function refusal(response: Response, body: unknown): RequestError {
  const told = (typeof body === 'string' ? { message: body } : (body ?? {})) as Readonly<
    Record<string, unknown>
  >
  const message = [told['message'], told['error']].find(
    (text) => typeof text === 'string' && text !== '',
  )
  return new RequestError({
    kind: 'refused',
    status: response.status,
    code: codeOf(response),
    errorType: typeof told['errorType'] === 'string' ? told['errorType'] : '',
    message: (message as string | undefined) ?? `Weir answered with status ${response.status}`,
    ...(told['conflict'] === undefined ? {} : { conflict: told['conflict'] }),
  })
}
