import type { Wanted } from './access.ts'
import { reach, readBody } from './client.ts'

/**
 * What the page can change in Weir. It is the one way in which a request that changes something leaves the page,
 * so that whoever offers it knows what it wants: `useDeed` carries it out, `Offered` and `useMay` ask who may.
 * tools/web-deeds.test.ts holds every deed to the scope that its routes want, and every place that opens one to
 * asking first.
 */
export interface Deed<V, T> {
  readonly wants: Wanted
  /** @throws {RequestError} */
  readonly run: (value: V) => Promise<T>
}

/** Names a deed. @param wants the scope that the routes in it want, as docs/http-scopes.md has them */
export function deed<V, T>(wants: Wanted, run: (value: V) => Promise<T>): Deed<V, T> {
  return { wants, run }
}

/** `'POST /api/v2/silences'`: a method and the path of a route as docs/http-scopes.md writes them. */
type Route = `${'POST' | 'PUT' | 'DELETE'} /${string}`

/** What stands for the `{names}` of a route. */
type Names<R extends string> = R extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name]: string } & Names<Rest>
  : unknown

interface Shape {
  readonly at?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON; a form as a form; text as bytes. */
  readonly body?: object | string
}

type How<R extends string> = R extends `${string}{${string}`
  ? Shape & { readonly at: Names<R> }
  : Omit<Shape, 'at'>

/**
 * Sends what changes something; only inside of a {@link deed}. `send('PUT /x/{id}')<Answer>({ at: { id }, body })`.
 *
 * @throws {RequestError}
 */
export function send<R extends Route>(route: R): <T>(how: How<R>) => Promise<T> {
  const [method = '', template = ''] = route.split(' ', 2)
  return async <T>(how: How<R>) => {
    const { at = {}, query, body } = how as Shape
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(at[name]!))
    const asked = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`
    return readBody<T>(path, await reach(path + asked, { method, ...content(body) }))
  }
}

/** The same for a path that has no fixed number of parts, as the push gateway's. @throws {RequestError} */
export async function deleteAt(path: `/metrics/job${string}`): Promise<void> {
  await readBody(path, await reach(path, { method: 'DELETE' }))
}

function content(body: object | string | undefined): RequestInit {
  if (body === undefined) return {}
  if (body instanceof URLSearchParams) return { body }
  const isText = typeof body === 'string'
  const type = isText ? 'application/octet-stream' : 'application/json'
  return { body: isText ? body : JSON.stringify(body), headers: { 'content-type': type } }
}
