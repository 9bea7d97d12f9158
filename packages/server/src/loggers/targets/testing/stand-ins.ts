import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** A program with levels, as real ones answer; the levels are there to be looked at and changed. */
export interface StandIn extends AsyncDisposable {
  readonly url: string
  /** Levels that loggers have of their own. */
  readonly levels: Map<string, string>
  /** What was set, in order: `name=LEVEL`. */
  readonly said: string[]
  /** Answers 500 while it is true. */
  isBroken: boolean
}

type Answer = (request: IncomingMessage, body: string, state: StandIn) => readonly [number, unknown]

async function standIn(
  levels: Readonly<Record<string, string>>,
  path: string,
  answer: Answer,
): Promise<StandIn> {
  const server = createServer((request, response) => void reply(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const state = {
    url: `http://127.0.0.1:${port}${path}`,
    levels: new Map(Object.entries(levels)),
    said: [] as string[],
    isBroken: false,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return state

  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const piece of request) body += String(piece)
    const [status, value] = state.isBroken ? [500, 'broken'] : answer(request, body, state)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(value === undefined ? '' : JSON.stringify(value))
  }
}

/** The last part of the path, unless it is the endpoint itself. */
function nameIn(request: IncomingMessage): string {
  return decodeURIComponent((request.url ?? '').split('/').at(-1) ?? '')
}

/** Spring Boot 3 with Logback; `lab.sink` and its like are known though they have no level. */
export function actuator(
  levels: Readonly<Record<string, string>>,
  others: readonly string[],
): Promise<StandIn> {
  return standIn(levels, '/actuator/loggers', (request, body, { levels: own, said }) => {
    if (request.headers.authorization !== `Basic ${btoa('weir:s3cret')}`) return [401, undefined]
    if (request.method === 'POST') {
      const { configuredLevel } = JSON.parse(body) as { configuredLevel: string | null }
      said.push(`${nameIn(request)}=${configuredLevel}`)
      if (configuredLevel === null) own.delete(nameIn(request))
      else own.set(nameIn(request), configuredLevel)
      return [204, undefined]
    }
    const effective = (name: string): string =>
      own.get(name) ??
      (name.includes('.') ? effective(name.slice(0, name.lastIndexOf('.'))) : own.get('ROOT')!)
    const loggers = [...new Set([...own.keys(), ...others])].map((name) => {
      const configured = own.get(name)
      const effectiveLevel = effective(name)
      return [
        name,
        configured === undefined
          ? { effectiveLevel }
          : { configuredLevel: configured, effectiveLevel },
      ]
    })
    const known = ['OFF', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE']
    return [200, { levels: known, loggers: Object.fromEntries(loggers), groups: {} }]
  })
}

/** Kafka Connect: what is set is set for all below too. */
export function kafkaConnect(levels: Readonly<Record<string, string>>): Promise<StandIn> {
  return standIn(levels, '/admin/loggers', (request, body, { levels: own, said }) => {
    if (request.method !== 'PUT') {
      const entries = [...own].map(([name, level]) => [name, { level, last_modified: null }])
      return [200, Object.fromEntries(entries)]
    }
    const name = nameIn(request)
    const { level } = JSON.parse(body) as { level: string }
    said.push(`${name}=${level}`)
    const changed = [...own.keys()].filter(
      (other) => name === 'root' || `${other}.`.startsWith(`${name}.`),
    )
    for (const other of [...changed, name]) own.set(other, level)
    return [200, changed]
  })
}

/** Loki 3.7. */
export function logLevel(level: string): Promise<StandIn> {
  return standIn({ root: level }, '/log_level', (request, _body, { levels: own, said }) => {
    if (request.method !== 'POST')
      return [200, { message: `Current log level is ${own.get('root')}` }]
    const wanted = new URL(request.url ?? '', 'http://loki').searchParams.get('log_level') ?? ''
    said.push(`root=${wanted}`)
    if (!['debug', 'info', 'warn', 'error'].includes(wanted)) {
      return [400, { status: 'failed', message: `unrecognized log level "${wanted}"` }]
    }
    own.set('root', wanted)
    return [200, { status: 'success', message: `Log level set to ${wanted}` }]
  })
}
