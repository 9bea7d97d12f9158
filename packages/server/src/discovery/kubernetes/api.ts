import { HttpClient, type HttpReply } from '@weir/fetch'
import { type Clock, WeirError } from '@weir/model'
import { z } from 'zod'
import { within } from '../time-limit.ts'
import type { Access } from './access.ts'

/** A page of a list, and a line of a watch, may be no longer than this. */
const LIST_BYTES_MAX = 256 * 2 ** 20
const LINE_BYTES_MAX = 16 * 2 ** 20
const PAGE_OBJECTS = 500

/** How long the server keeps a watch open; as much again as grace, and a silent connection is taken for dead. */
const WATCH_SECONDS = 300
const LIST_TIMEOUT_MS = 60_000

/** Kinds of objects: where their lists are. */
export interface Resource {
  readonly group: string
  readonly plural: string
  /** '' for all namespaces, or for what lies in none. */
  readonly namespace: string
  readonly labelSelector: string
  readonly fieldSelector: string
}

/** A whole list as it was at one version of the cluster. */
export interface Listed {
  readonly objects: readonly unknown[]
  readonly version: string
}

export type WatchEvent =
  | { readonly kind: 'put' | 'deleted'; readonly object: unknown; readonly version: string }
  | { readonly kind: 'bookmark'; readonly version: string }

const listed = z.object({
  metadata: z.object({
    resourceVersion: z.string().default(''),
    continue: z.string().default(''),
  }),
  items: z.array(z.unknown()).nullish(),
})

const line = z.object({
  type: z.string(),
  object: z.looseObject({
    metadata: z.looseObject({ resourceVersion: z.string().default('') }).optional(),
    code: z.number().optional(),
    message: z.string().optional(),
  }),
})

/** A version that the server no longer has: the list must be asked for anew. */
export class VersionGone extends Error {}

/**
 * The two requests of Kubernetes's API that discovery needs: list, and watch from there.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export class KubernetesApi implements AsyncDisposable {
  readonly #server: string
  readonly #client: HttpClient
  readonly #clock: Clock

  private constructor(server: string, client: HttpClient, clock: Clock) {
    this.#server = server.replace(/\/+$/, '')
    this.#client = client
    this.#clock = clock
  }

  static async open({ server, http }: Access, clock: Clock): Promise<KubernetesApi> {
    return new KubernetesApi(server, await HttpClient.open(http, { what: 'discovery' }), clock)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]()
  }

  /** @param isFresh asks for what is there now, not for what the server has at hand */
  async list(resource: Resource, isFresh: boolean, signal: AbortSignal): Promise<Listed> {
    const objects: unknown[] = []
    let version = ''
    let next = ''
    do {
      const page = await this.#page(
        resource,
        next === '' ? (isFresh ? {} : { resourceVersion: '0' }) : { continue: next },
        signal,
      )
      for (const item of page.items ?? []) objects.push(item)
      version = page.metadata.resourceVersion
      next = page.metadata.continue
    } while (next !== '')
    return { objects, version }
  }

  /** What happens after a version, until the server ends the watch. Throws {@link VersionGone} when it is too old. */
  async *watch(
    resource: Resource,
    version: string,
    signal: AbortSignal,
  ): AsyncGenerator<readonly WatchEvent[]> {
    const done = new AbortController()
    const limitMs = WATCH_SECONDS * 2 * 1000
    this.#clock.sleep(limitMs, AbortSignal.any([done.signal, signal])).then(
      () => done.abort(new Error('the watch went silent')),
      () => undefined,
    )
    const limited = AbortSignal.any([done.signal, signal])
    try {
      const parameters = {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: version,
        timeoutSeconds: String(WATCH_SECONDS),
      }
      const reply = await this.#get(resource, parameters, limited)
      for await (const lines of linesOf(reply.body)) yield lines.map(eventOf)
    } finally {
      done.abort()
    }
  }

  async #page(
    resource: Resource,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<z.output<typeof listed>> {
    const late = (): Error => new Error(`no whole answer within ${LIST_TIMEOUT_MS / 1000} s`)
    const text = await within(
      LIST_TIMEOUT_MS,
      { clock: this.#clock, late },
      signal,
      async (limited) => {
        const limit = String(PAGE_OBJECTS)
        const reply = await this.#get(resource, { limit, ...parameters }, limited)
        return reply.text(LIST_BYTES_MAX)
      },
    )
    return listed.parse(JSON.parse(text))
  }

  async #get(
    resource: Resource,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    const { group, plural, namespace, labelSelector, fieldSelector } = resource
    const root = group === 'v1' ? '/api/v1' : `/apis/${group}`
    const within = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`
    const query = new URLSearchParams(parameters)
    if (labelSelector !== '') query.set('labelSelector', labelSelector)
    if (fieldSelector !== '') query.set('fieldSelector', fieldSelector)
    const address = `${this.#server}${root}${within}/${plural}?${query.toString()}`
    const reply = await this.#client.request(address, {
      headers: { accept: 'application/json' },
      signal,
    })
    if (reply.status === 200) return reply
    const said = await messageOf(reply)
    if (reply.status === 410) throw new VersionGone(said)
    throw new Error(
      `want status 200, got ${reply.status}${said === '' ? '' : `: ${said}`}${hintOf(reply.status)}`,
    )
  }
}

/** The sentence of a `Status` object, which is what the server answers when it refuses. */
async function messageOf(reply: HttpReply): Promise<string> {
  const text = await reply.text(65_536).catch(() => '')
  try {
    const status = z.object({ message: z.string() }).safeParse(JSON.parse(text))
    return status.success ? status.data.message : ''
  } catch {
    return ''
  }
}

function hintOf(status: number): string {
  if (status === 401) return '; check the credentials'
  return status === 403 ? '; the account needs the rights to list and watch these objects' : ''
}

/** JSON values, a line each, as many at a time as came together. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<unknown[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    if (rest.length > LINE_BYTES_MAX) throw new Error('an object is too large')
    const found = lines
      .filter((text) => text.trim() !== '')
      .map((text) => JSON.parse(text) as unknown)
    if (found.length > 0) yield found
  }
}

function eventOf(value: unknown): WatchEvent {
  const { type, object } = line.parse(value)
  const version = object.metadata?.resourceVersion ?? ''
  if (type === 'ADDED' || type === 'MODIFIED') return { kind: 'put', object, version }
  if (type === 'DELETED') return { kind: 'deleted', object, version }
  if (type === 'BOOKMARK') return { kind: 'bookmark', version }
  if (object.code === 410) throw new VersionGone(object.message)
  throw new WeirError(
    'DISCOVERY_FAILED',
    `the watch ended: ${object.message ?? `an event of type ${JSON.stringify(type)}`}`,
  )
}
