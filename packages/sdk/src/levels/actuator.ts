/**
 * The levels of this process by HTTP, in the shape of Spring Boot's actuator, for tools that speak it:
 *
 *   GET  /actuator/loggers         {levels, loggers: {name: {configuredLevel?, effectiveLevel}}, groups}
 *   GET  /actuator/loggers/{name}  one of them
 *   POST /actuator/loggers/{name}  {"configuredLevel":"debug"}; null or {} takes it back
 *
 * @see https://docs.spring.io/spring-boot/api/rest/actuator/loggers.html
 */
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { levelName, parseLevel } from '../logging/level.ts'
import { sharedState } from '../logging/shared-state.ts'
import type { LoggerNode } from './logger-registry.ts'

const LEVELS = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE']
const BODY_BYTES_MAX = 64 * 1024
const TYPE = 'application/vnd.spring-boot.actuator.v3+json'
const JSON_TYPES = /^application\/(?:[\w.-]+\+)?json\b/i

/** A request as `node:http` has it; frameworks that parsed the body leave it in `body`. */
export type ActuatorRequest = IncomingMessage & { readonly body?: unknown }

export interface ActuatorOptions {
  /** What comes before `/loggers`, `/actuator` unless told. */
  readonly basePath?: string
}

/**
 * A handler for `node:http`, Express and whatever else hands over request and response. Requests of
 * other paths go to `next`, or are answered 404 where there is none. It asks nobody who they are: put it
 * behind what guards your other internal paths.
 */
export function actuatorHandler({ basePath = '/actuator' }: ActuatorOptions = {}) {
  const all = `${basePath.replace(/\/+$/, '')}/loggers`
  return (request: ActuatorRequest, response: ServerResponse, next?: () => void): void => {
    const path = (request.url ?? '').split('?')[0]!
    const isAll = path === all || path === `${all}/`
    if (!isAll && !path.startsWith(`${all}/`)) {
      if (next === undefined) answer(response, 404)
      else next()
      return
    }
    handle(request, response, isAll ? undefined : nameIn(path.slice(all.length + 1))).catch(() => {
      if (!response.headersSent) answer(response, 400)
    })
  }
}

/** The name in a path; Spring calls the root ROOT. Undefined never: a name that cannot be read is none's. */
function nameIn(text: string): string {
  try {
    const name = decodeURIComponent(text)
    return name === 'ROOT' ? 'root' : name
  } catch {
    return ''
  }
}

async function handle(
  request: ActuatorRequest,
  response: ServerResponse,
  name: string | undefined,
): Promise<void> {
  const { registry } = sharedState()
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (name === undefined) {
      const loggers = Object.fromEntries(
        registry.used().map((node) => [spelled(node), shown(node)]),
      )
      answer(response, 200, { levels: LEVELS, loggers, groups: {} })
      return
    }
    const node = name === '' ? undefined : registry.find(name)
    if (node === undefined) answer(response, 404)
    else answer(response, 200, shown(node))
  } else if (request.method === 'POST' && name !== undefined && name !== '') {
    // Only programs can send this type: a web page of somebody else's would have to ask first.
    if (!JSON_TYPES.test(request.headers['content-type'] ?? '')) {
      answer(response, 415)
      return
    }
    const wanted = await wantedLevel(request)
    if (wanted.kind === 'bad') {
      answer(response, 400)
      return
    }
    registry.configure(name, wanted.level)
    answer(response, 204)
  } else {
    response.setHeader('allow', name === undefined ? 'GET' : 'GET, POST')
    answer(response, 405)
  }
}

type Wanted =
  | { readonly kind: 'level'; readonly level: number | undefined }
  | { readonly kind: 'bad' }

async function wantedLevel(request: ActuatorRequest): Promise<Wanted> {
  let body = request.body
  if (body === undefined) {
    const text = await readBody(request)
    if (text === undefined) return { kind: 'bad' }
    body = text.trim() === '' ? {} : (JSON.parse(text) as unknown)
  }
  if (typeof body !== 'object' || body === null) return { kind: 'bad' }
  const { configuredLevel } = body as { readonly configuredLevel?: unknown }
  if (configuredLevel === undefined || configuredLevel === null) {
    return { kind: 'level', level: undefined }
  }
  const level = parseLevel(configuredLevel)
  return level === undefined ? { kind: 'bad' } : { kind: 'level', level }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > BODY_BYTES_MAX) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

function spelled({ name }: LoggerNode): string {
  return name === 'root' ? 'ROOT' : name
}

function shown({ configured, threshold }: LoggerNode): Readonly<Record<string, string>> {
  const effectiveLevel = springLevel(threshold)
  return configured === undefined
    ? { effectiveLevel }
    : { configuredLevel: springLevel(configured), effectiveLevel }
}

function springLevel(level: number): string {
  const name = levelName(level)
  return name === 'WARNING' ? 'WARN' : name === 'CRITICAL' ? 'FATAL' : name
}

function answer(response: ServerResponse, status: number, body?: unknown): void {
  if (body === undefined) response.writeHead(status).end()
  else response.writeHead(status, { 'content-type': TYPE }).end(JSON.stringify(body))
}

export interface ActuatorServerOptions extends ActuatorOptions {
  /** 0, unless told: any free one. */
  readonly port?: number
  /** `127.0.0.1` unless told: nobody on other machines reaches it. */
  readonly host?: string
}

export interface ActuatorServer extends AsyncDisposable {
  /** `http://127.0.0.1:4711/actuator/loggers` */
  readonly url: string
  close(): Promise<void>
}

/**
 * A small server with nothing but the loggers. It does not keep the process alive.
 *
 * @throws when the port cannot be had
 */
export async function serveActuator(options: ActuatorServerOptions = {}): Promise<ActuatorServer> {
  const { port = 0, host = '127.0.0.1', basePath = '/actuator' } = options
  const handler = actuatorHandler({ basePath })
  const server = createServer((request, response) => {
    // A name that somebody else made to lead here (DNS rebinding) is none of ours.
    if (isOwnName(request.headers.host ?? '', host)) handler(request, response)
    else answer(response, 403)
  })
  server.listen(port, host)
  await once(server, 'listening')
  server.unref()
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  const at = server.address() as AddressInfo
  const shownHost = at.family === 'IPv6' ? `[${at.address}]` : at.address
  const url = `http://${shownHost}:${at.port}${basePath}/loggers`
  return { url, close, [Symbol.asyncDispose]: close }
}

function isOwnName(header: string, host: string): boolean {
  const name = header.replace(/:\d*$/, '').replace(/^\[|\]$/g, '')
  return name === 'localhost' || name === host || isIP(name) !== 0
}
