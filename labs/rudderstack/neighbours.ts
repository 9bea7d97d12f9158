/** What stands around rudder-server in the lab: a transformer, and destinations that answer as told. */
import { type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Neighbour {
  readonly url: string
  close(): void
}

interface EventToTransform {
  readonly message: unknown
  readonly metadata: unknown
  readonly destination: { readonly Config: { readonly webhookUrl: string } }
}

/** Makes of every event a request to the webhook of its destination, as the real one does. */
export function startTransformer(): Promise<Neighbour> {
  return serve((path, body) => {
    if (path === '/features') {
      return {
        status: 200,
        body: {
          routerTransform: {},
          supportSourceTransformV1: true,
          upgradedToSourceTransformV2: true,
        },
      }
    }
    if (!path.startsWith('/v0/destinations/')) return { status: 404, body: {} }
    const events = JSON.parse(body) as EventToTransform[]
    return { status: 200, body: events.map(asRequest) }
  })
}

function asRequest({ message, metadata, destination }: EventToTransform) {
  return {
    metadata,
    statusCode: 200,
    output: {
      version: '1',
      type: 'REST',
      method: 'POST',
      endpoint: destination.Config.webhookUrl,
      userId: '',
      headers: { 'content-type': 'application/json' },
      params: {},
      body: { JSON: message, XML: {}, JSON_ARRAY: {}, FORM: {} },
      files: {},
    },
  }
}

export interface Destination extends Neighbour {
  /** What it answers from now on. */
  status: number
  /** How many events it has taken. */
  taken: number
}

export async function startDestination(): Promise<Destination> {
  const own = { status: 200, taken: 0 }
  const neighbour = await serve(() => {
    if (own.status === 200) own.taken++
    return { status: own.status, body: {} }
  })
  return Object.assign(own, neighbour)
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function serve(answer: (path: string, body: string) => Answer): Promise<Neighbour> {
  const server = createServer((request, response) => {
    void (async () => {
      const { status, body } = answer(request.url ?? '/', await text(request))
      // The version of the interface, without which rudder-server takes no answer.
      response.writeHead(status, { 'content-type': 'application/json', apiVersion: '2' })
      response.end(JSON.stringify(body))
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function text(request: IncomingMessage): Promise<string> {
  let whole = ''
  for await (const piece of request.setEncoding('utf8')) whole += piece
  return whole
}
