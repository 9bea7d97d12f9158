import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An object as the API has it. */
export interface ApiObject {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly [key: string]: unknown
  }
  readonly [key: string]: unknown
}

const KINDS = {
  nodes: ['v1', 'Node'],
  pods: ['v1', 'Pod'],
  services: ['v1', 'Service'],
  endpoints: ['v1', 'Endpoints'],
  endpointslices: ['discovery.k8s.io/v1', 'EndpointSlice'],
  ingresses: ['networking.k8s.io/v1', 'Ingress'],
} as const

export type Plural = keyof typeof KINDS

interface Event {
  readonly version: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly plural: Plural
  readonly object: ApiObject
}

interface Watch {
  readonly plural: Plural
  readonly isWanted: (object: ApiObject) => boolean
  readonly response: ServerResponse
}

/** The part of Kubernetes's API that discovery uses, over objects that a test puts there. */
export class KubernetesServer implements AsyncDisposable {
  readonly #server: Server
  readonly #objects = new Map<string, ApiObject>()
  readonly #watches = new Set<Watch>()
  #events: Event[] = []
  #version = 100
  /** Versions up to this one are no longer known. */
  #compacted = 0
  /** Paths and queries asked for, in order. */
  readonly requests: URL[] = []
  /** `Authorization` headers that came. */
  readonly logins = new Set<string>()
  /** Answers so instead, when set. */
  failWith: { readonly status: number; readonly message: string } | undefined
  pageObjects = Number.POSITIVE_INFINITY

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response)
    })
  }

  static async open(): Promise<KubernetesServer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new KubernetesServer(server)
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  put(plural: Plural, object: ApiObject): void {
    const key = keyOf(plural, object)
    const type = this.#objects.has(key) ? 'MODIFIED' : 'ADDED'
    this.#tell(type, plural, this.#stamped(plural, object), key)
  }

  delete(plural: Plural, { metadata }: Pick<ApiObject, 'metadata'>): void {
    const key = keyOf(plural, { metadata })
    const known = this.#objects.get(key)!
    this.#tell('DELETED', plural, this.#stamped(plural, known), key)
  }

  /** Forgets how things came to be as they are. */
  compact(): void {
    this.#compacted = this.#version
    this.#events = []
  }

  /** Tells every watch a newer version, and nothing else. */
  bookmark(): void {
    this.#version++
    for (const { plural, response } of this.#watches) {
      const [apiVersion, kind] = KINDS[plural]
      const object = { apiVersion, kind, metadata: { resourceVersion: String(this.#version) } }
      response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`)
    }
  }

  /** Ends all watches, in the middle of what they say when `isTorn`. */
  endWatches(isTorn = false): void {
    for (const { response } of this.#watches) {
      if (isTorn) {
        response.write('{"type":"ADD')
        response.destroy()
      } else response.end()
    }
    this.#watches.clear()
  }

  get watchCount(): number {
    return this.#watches.size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #stamped(plural: Plural, object: ApiObject): ApiObject {
    this.#version++
    const [apiVersion, kind] = KINDS[plural]
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) }
    return { apiVersion, kind, ...object, metadata }
  }

  #tell(type: Event['type'], plural: Plural, object: ApiObject, key: string): void {
    if (type === 'DELETED') this.#objects.delete(key)
    else this.#objects.set(key, object)
    const event = { version: this.#version, type, plural, object }
    this.#events.push(event)
    for (const watch of this.#watches) send(watch, event)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, this.url)
    this.requests.push(url)
    this.logins.add(request.headers.authorization ?? '')
    if (this.failWith !== undefined) {
      const { status, message } = this.failWith
      refuse(response, status, message)
      return
    }
    const path = /^\/(?:api\/v1|apis\/[^/]+\/v1)(?:\/namespaces\/([^/]+))?\/([a-z]+)$/.exec(
      url.pathname,
    )
    const plural = path?.[2] as Plural
    if (path === null || !(plural in KINDS)) {
      refuse(response, 404, 'the server could not find the requested resource')
      return
    }
    const isWanted = wantedBy(path[1], url.searchParams)
    response.setHeader('content-type', 'application/json')
    if (url.searchParams.get('watch') === null) this.#list(response, plural, url, isWanted)
    else this.#watch(response, plural, url, isWanted)
  }

  /** A list as events, which newer clients ask for; a bookmark tells its end. */
  #sendAll(watch: Watch): void {
    const { plural, response } = watch
    for (const [key, object] of this.#objects) {
      if (key.startsWith(`${plural} `)) send(watch, { version: 0, type: 'ADDED', plural, object })
    }
    const [apiVersion, kind] = KINDS[plural]
    const annotations = { 'k8s.io/initial-events-end': 'true' }
    const metadata = { resourceVersion: String(this.#version), annotations }
    response.write(
      `${JSON.stringify({ type: 'BOOKMARK', object: { apiVersion, kind, metadata } })}\n`,
    )
  }

  #list(
    response: ServerResponse,
    plural: Plural,
    url: URL,
    isWanted: (object: ApiObject) => boolean,
  ): void {
    const [apiVersion, kind] = KINDS[plural]
    const all = [...this.#objects]
      .filter(([key, object]) => key.startsWith(`${plural} `) && isWanted(object))
      .map(([, object]) => object)
    const from = Number(url.searchParams.get('continue') ?? 0)
    const next = from + this.pageObjects
    const metadata = {
      resourceVersion: String(this.#version),
      ...(next < all.length ? { continue: String(next) } : {}),
    }
    const items = all.slice(from, next)
    response.end(JSON.stringify({ apiVersion, kind: `${kind}List`, metadata, items }))
  }

  #watch(
    response: ServerResponse,
    plural: Plural,
    url: URL,
    isWanted: (object: ApiObject) => boolean,
  ): void {
    const from = Number(url.searchParams.get('resourceVersion') ?? 0)
    response.flushHeaders()
    if (from < this.#compacted) {
      const message = `too old resource version: ${from} (${this.#compacted})`
      const object = { apiVersion: 'v1', kind: 'Status', code: 410, reason: 'Expired', message }
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`)
      return
    }
    const watch = { plural, isWanted, response }
    if (url.searchParams.get('sendInitialEvents') === 'true') {
      this.#sendAll(watch)
      this.#watches.add(watch)
      return
    }
    for (const event of this.#events) if (event.version > from) send(watch, event)
    this.#watches.add(watch)
    response.on('close', () => this.#watches.delete(watch))
  }
}

function send({ plural, isWanted, response }: Watch, event: Event): void {
  if (event.plural !== plural || !isWanted(event.object)) return
  response.write(`${JSON.stringify({ type: event.type, object: event.object })}\n`)
}

function refuse(response: ServerResponse, code: number, message: string): void {
  const status = { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, message }
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(status))
}

/** Label selectors are understood as far as `a=b,c=d`, field selectors as far as `metadata.name=x`. */
function wantedBy(
  namespace: string | undefined,
  params: URLSearchParams,
): (object: ApiObject) => boolean {
  const pairs = (name: string): string[][] =>
    (params.get(name) ?? '')
      .split(',')
      .filter((text) => text !== '')
      .map((text) => text.split('='))
  const labels = pairs('labelSelector')
  const fields = pairs('fieldSelector')
  return ({ metadata }) =>
    (namespace === undefined || metadata.namespace === namespace) &&
    labels.every(([name, value]) => metadata.labels?.[name!] === value) &&
    fields.every(([, value]) => metadata.name === value)
}

function keyOf(plural: Plural, { metadata }: Pick<ApiObject, 'metadata'>): string {
  return `${plural} ${metadata.namespace ?? ''}/${metadata.name}`
}
