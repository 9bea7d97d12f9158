import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Instances of services by name, as `/v1/health/service` has them. */
type Services = Readonly<
  Record<string, readonly { readonly Service: { readonly Tags?: readonly string[] } }[]>
>

/** The part of Consul's API that discovery uses. Questions with the current index wait for a change. */
export class ConsulServer implements AsyncDisposable {
  readonly #server: Server
  #services: Services
  #index = 7
  #waiting: (() => void)[] = []
  readonly requests: URL[] = []
  readonly tokens = new Set<string>()
  failWith: number | undefined

  private constructor(server: Server, services: Services) {
    this.#server = server
    this.#services = services
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response)
    })
  }

  static async open(services: Services): Promise<ConsulServer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new ConsulServer(server, services)
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get services(): Services {
    return this.#services
  }

  set services(next: Services) {
    this.#services = next
    this.#index++
    this.release()
  }

  /** Answers all that wait, as Consul does when they have waited long enough. */
  release(): void {
    for (const answer of this.#waiting.splice(0)) answer()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, 'http://consul')
    this.requests.push(url)
    this.tokens.add(String(request.headers['x-consul-token'] ?? ''))
    const answer = (): void => {
      if (this.failWith !== undefined) {
        response.writeHead(this.failWith).end('rpc error: no cluster leader')
        return
      }
      response.writeHead(200, {
        'content-type': 'application/json',
        'x-consul-index': String(this.#index),
      })
      response.end(JSON.stringify(this.#found(url)))
    }
    const isKnown = Number(url.searchParams.get('index') ?? 0) >= this.#index
    if (isKnown && this.failWith === undefined) this.#waiting.push(answer)
    else answer()
  }

  #found({ pathname, searchParams }: URL): unknown {
    if (pathname.endsWith('/v1/agent/self')) return { Config: { Datacenter: 'dc1' } }
    if (pathname.endsWith('/v1/catalog/services')) {
      return Object.fromEntries(
        Object.entries(this.#services).map(([name, found]) => [
          name,
          [...new Set(found.flatMap(({ Service }) => Service.Tags ?? []))],
        ]),
      )
    }
    const name = decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1))
    const tags = searchParams.getAll('tag')
    return (this.#services[name] ?? []).filter(({ Service }) =>
      tags.every((tag) => Service.Tags?.includes(tag)),
    )
  }
}

/** Services with the odd things that services have. */
export const CONSUL_SERVICES = {
  web: [
    {
      Node: {
        Node: 'n1',
        Address: '10.5.0.1',
        Meta: { 'rack-id': 'r1' },
        TaggedAddresses: { lan: '10.5.0.1', wan_ipv4: '198.51.100.9' },
      },
      Service: {
        ID: 'web-1',
        Service: 'web',
        Tags: ['a', 'b'],
        Address: '',
        Port: 80,
        Meta: { v: '2' },
      },
      Checks: [
        { CheckID: 'serfHealth', Status: 'passing' },
        { CheckID: 'service:web-1', Status: 'warning' },
      ],
    },
    {
      Node: { Node: 'n2', Address: '10.5.0.2' },
      Service: { ID: 'web-2', Service: 'web', Tags: [], Address: 'fd00::5', Port: 81 },
      Checks: [{ CheckID: '_node_maintenance', Status: 'critical' }],
    },
  ],
  db: [
    {
      Node: { Node: 'n3', Address: '10.5.0.3' },
      Service: {
        ID: 'db',
        Service: 'db',
        Tags: ['a'],
        Address: 'db.test',
        Port: 5432,
        Namespace: 'ns',
        Partition: 'p',
      },
      Checks: [
        { CheckID: 'x', Status: 'critical' },
        { CheckID: 'y', Status: 'warning' },
      ],
    },
  ],
}
