import type { IncomingMessage } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { TLSSocket } from 'node:tls'
import fastifyCompress from '@fastify/compress'
import { WeirError } from '@weir/model'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { demand } from '../access/access-control.ts'
import { certificateOf } from '../access/certificate.ts'
import { tlsOptionsOf } from '../access/web-door.ts'
import { type Identity, NOBODY } from '../access/identity.ts'
import { audited, turnedAway } from './audited.ts'
import { refuseForged } from '../access/session/forgery.ts'
import { Departure } from './departure.ts'
import type { HttpDeps } from './deps.ts'
import { Drain, stopping } from './drain.ts'
import { asWeirError } from './errors.ts'
import { type GuardRules, SECURITY_HEADERS, ambiguity, isLoopback, refusal } from './guard.ts'
import { greetShippers } from './elastic-routes.ts'
import { HttpEvents } from './observe.ts'
import { hasPage, isLostVisitor, servePage } from './page.ts'
import { UNPACKED } from './packed-lines.ts'
import { readBody } from './read-body.ts'
import { allRoutes } from './routes.ts'
import {
  type Answer,
  type BodyRule,
  type Call,
  type Remark,
  type RequestHead,
  type Route,
  comeAgain,
  demandOf,
  failure,
  howToSay,
} from './route.ts'
import { TailSockets } from './tail-sockets.ts'

/**
 * The HTTP side. A request passes, in this order: the limits of the socket (headers, time) · the
 * URL's length · the guard (whose page is asking?) · the body's limit and kind · is Weir ready? ·
 * the route · compression. At each step it may leave with a JSON error; nothing is left half done.
 */
export interface HttpServer extends AsyncDisposable {
  /** For tests: requests without a socket. */
  readonly inject: FastifyInstance['inject']
  /**
   * Opens the port; 0 lets the system choose.
   *
   * @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`
   */
  listen(address: { readonly host: string; readonly port: number }): Promise<HttpAddress>
}

interface HttpAddress {
  readonly host: string
  readonly port: number
  /** `http://127.0.0.1:9347` */
  readonly url: string
}

/** Builds the HTTP side; it is deaf until {@link HttpServer.listen}. Once `deps.stopping` aborts it drains; disposing waits for that. */
export async function createHttp(deps: HttpDeps): Promise<HttpServer> {
  const events = new HttpEvents(deps.telemetry)
  const app = bareApp(deps, events)
  const { server } = app
  if (server instanceof HttpsServer) deps.door.guard(server, () => server.closeIdleConnections())
  let loopback = true
  const guardRules = (): GuardRules => ({
    loopback,
    externalUrl: deps.externalUrl,
    allowedHosts: deps.limits.allowedHosts,
  })
  const tails = new TailSockets(deps, events, guardRules)
  tails.listen(app.server)
  const drain = new Drain(app, tails, deps.clock)
  deps.stopping.addEventListener('abort', () => drain.begin(deps.limits.drainMs), { once: true })

  const isLast = ({ socket }: FastifyRequest): boolean =>
    drain.hasBegun || deps.door.isOutdated(socket)

  app.addHook('onRequest', async (request, reply) => {
    watch(request, reply, events, deps)
    reply.headers({ ...SECURITY_HEADERS, ...deps.door.headers })
    deps.door.checkRate()
    if (isOnThisMachine(request)) request.headers[UNPACKED] = '1'
    const tooLong = request.url.length > deps.limits.urlBytesMax
    const refused = tooLong
      ? urlTooLong(deps.limits.urlBytesMax)
      : (ambiguity(request.raw) ?? refusal(request, guardRules()))
    if (isLast(request)) reply.header('connection', 'close')
    if (refused !== undefined) {
      events.refused(refused)
      return send(reply, tooLong ? { ...failure(refused), status: 414 } : failure(refused))
    }
    const { route } = request.routeOptions.config as MountedConfig
    if (drain.hasBegun && route?.early !== true) throw stopping()
    if (route !== undefined) WHO.set(request, await admitted(request, route, deps))
    return undefined
  })

  await app.register(fastifyCompress, {
    encodings: ['br', 'gzip'],
    globalDecompression: false, // nobody needs it, and it is a way to send a bomb
    syncThreshold: 64 * 1024, // beyond, zlib's own threads do it
    // Of an answer of 1.5 MB (200 series × 361 samples) level 1 makes 411 kB in 12 ms, level 4
    // 380 kB in 17 ms and level 6 367 kB in 56 ms.
    zlibOptions: { level: 1, chunkSize: 64 * 1024 },
    customTypes: /^text\/|\bjson\b|javascript|svg|wasm|openmetrics|google\.protobuf/,
  })

  // Answers under way when the end begins: who got one does not ask the next thing here.
  app.addHook('onSend', async (request, reply) => {
    if (isLast(request)) reply.header('connection', 'close')
  })

  // Before the routes: awaiting a plugin binds those that are there to the handlers of that moment.
  const tellsVisitors = hasPage(deps.webRoot)
  app.setNotFoundHandler((request, reply) => {
    if (tellsVisitors && isLostVisitor(request)) void reply.code(404).sendFile('index.html')
    else void send(reply, notFound(request))
  })
  app.setErrorHandler(answering(deps, events))

  const routes = allRoutes(deps)
  routes.forEach(checkDemands)
  for (const route of routes) mount(app, route, { deps, events, stopping: drain.ended })
  greetShippers(app)
  await servePage(app, deps.webRoot)

  return {
    inject: app.inject.bind<FastifyInstance['inject']>(app),
    async listen({ host, port }) {
      loopback = isLoopback(host)
      await listenAt(app, host, port)
      const bound = app.server.address()
      const actual = typeof bound === 'object' && bound !== null ? bound.port : port
      const shown = host.includes(':') ? `[${host}]` : host
      const scheme = deps.door.tls === undefined ? 'http' : 'https'
      return { host, port: actual, url: `${scheme}://${shown}:${actual}` }
    },
    [Symbol.asyncDispose]: () => drain.finish(),
  }
}

/** Answers what was thrown: as the protocol of the route wants it, or in JSON. */
function answering(
  deps: HttpDeps,
  events: HttpEvents,
  rule?: BodyRule,
): (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (thrown, request, reply) => {
    const error = asKnown(thrown, deps)
    if (error.code === 'BUG') events.broke(routeOf(request), error)
    if (COUNTED.has(error.code)) events.refused(error)
    const answer = rule?.failure?.(error, headOf(request, deps)) ?? failure(error)
    return send(
      reply.headers({ ...comeAgain(error), ...howToSay(error, isOfPage(request)) }),
      answer,
    )
  }
}

/** Browsers say of each request what it is for. */
function isOfPage({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-mode'] !== undefined
}

/** What is refused at a limit that holds for many routes. */
const COUNTED: ReadonlySet<string> = new Set([
  'LOGGERS_FULL',
  'OVERRIDES_FULL',
  'HTTP_TOO_LARGE',
  'ACCESS_UNKNOWN',
  'ACCESS_DENIED',
  'ACCESS_SLOWED',
  'TOKEN_RATE',
  'BOARD_LIMIT',
  'HTTP_BODY_TYPE',
  'PUSH_BUSY',
  'LOGS_RATE',
  'RULES_LIMIT',
  'MATCHER_LIMIT',
])

/** Fastify with our limits, our kind of body and none of its own log. */
function bareApp({ limits, door }: HttpDeps, events: HttpEvents): FastifyInstance {
  const sockets = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: Math.min(limits.headerTimeoutMs, limits.requestTimeoutMs),
    connectionsCheckingInterval: 2000,
  }
  // Fastify's types know of one kind of server at a time; what is asked of either here is the same.
  const server = (
    door.tls === undefined
      ? { http: sockets }
      : { https: { ...sockets, ...tlsOptionsOf(door.tls) } }
  ) as { readonly http: typeof sockets }
  const app = fastify({
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // our own words, and /-/healthy goes on
    routerOptions: { maxParamLength: limits.urlBytesMax },
    ...server,
    clientErrorHandler: (error, socket) => answerBroken(error, socket, events),
    frameworkErrors: (error, _request, reply) => {
      void send(
        reply.headers(SECURITY_HEADERS),
        failure(new WeirError('HTTP_BROKEN', `Cannot read the URL: ${error.message}`)),
      )
    },
  })
  app.server.maxConnections = limits.connectionsMax
  app.server.maxHeadersCount = 0 // their bytes are bounded; Node would leave out those behind the 2000th
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      try {
        done(null, readParameters(body as string))
      } catch (error) {
        done(error as WeirError)
      }
    },
  )
  return app
}

/** A route that takes bytes has a scope of its own: any type is read there, after the rule has admitted the request. */
function mountBytes(
  app: FastifyInstance,
  rule: BodyRule,
  { deps, events }: Pick<Mounting, 'deps' | 'events'>,
  add: (scope: FastifyInstance) => void,
): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request: FastifyRequest, payload: IncomingMessage) =>
      readBody(payload, rule, deps.bodyRooms),
    )
    scope.setErrorHandler(answering(deps, events, rule))
    scope.addHook('onRequest', async (request, reply) => {
      const over = rule.admit(headOf(request, deps))
      reply.raw.once('close', over)
    })
    add(scope)
    done()
  })
}

/** The address that connects; '' when it has gone before it was asked for, and its socket has none any more. */
function peerOf(request: FastifyRequest): string {
  return request.socket.remoteAddress ?? ''
}

/** The address that asks, by itself or through trusted proxies. */
function clientOf(request: FastifyRequest, { proxies }: Pick<HttpDeps, 'proxies'>): string {
  return proxies.clientOf(peerOf(request), request.headers)
}

function headOf(request: FastifyRequest, deps: Pick<HttpDeps, 'proxies'>): RequestHead {
  const { headers, method, socket } = request
  const length = headers['content-length']
  return {
    method,
    contentType: headers['content-type'] ?? '',
    contentEncoding: headers['content-encoding'] ?? '',
    contentLength: length === undefined ? undefined : Number(length),
    clientIp: clientOf(request, deps),
    isEncrypted: socket instanceof TLSSocket || deps.proxies.saysHttps(peerOf(request), headers),
    header(name) {
      const value = headers[name]
      return typeof value === 'string' ? value : (value?.[0] ?? '')
    },
  }
}

/** What routes need of the server they are part of. */
interface Mounting {
  readonly deps: HttpDeps
  readonly events: HttpEvents
  readonly stopping: AbortSignal
}

function mount(app: FastifyInstance, route: Route, mounting: Mounting): void {
  if (route.body === undefined) mountRoute(app, route, mounting)
  else mountBytes(app, route.body, mounting, (scope) => mountRoute(scope, route, mounting))
  mountOthers(app, route)
}

function mountRoute(
  app: FastifyInstance,
  route: Route,
  { deps, events, stopping }: Mounting,
): void {
  app.route({
    method: [...route.methods],
    url: route.path,
    config: { route } satisfies MountedConfig,
    // Fresh at each request: the cheaper one first. Who sends bytes gets a few back, or packs them himself.
    compress: (route.body === undefined || route.methods.includes('GET')) && {
      encodings: ['gzip', 'br'],
    },
    handler: async (request, reply) => {
      const waits = route.early === true ? [] : deps.ready(route.early)
      if (waits.length > 0) {
        const why = `Cannot answer yet: waiting for ${waits.join(', ')}`
        const error = new WeirError('HTTP_NOT_READY', why)
        const answer = route.body?.failure?.(error, headOf(request, deps)) ?? failure(error)
        return send(reply.header('retry-after', '1'), answer)
      }
      const gone = GONE.get(request)!
      const params = paramsOf(request)
      const path = request.params as Record<string, string>
      const accept = request.headers.accept ?? ''
      const body =
        request.body instanceof Uint8Array
          ? (request.body as Uint8Array<ArrayBuffer>)
          : new Uint8Array()
      const remarks: Remark[] = []
      const head = headOf(request, deps)
      const call: Call = {
        params,
        path,
        accept,
        header: (name) => [request.headers[name] ?? ''].flat()[0]!,
        head,
        who: WHO.get(request)!,
        remark: (more) => void remarks.push(more),
        body,
        origin: {
          kind: 'http',
          clientIp: head.clientIp,
          method: request.method,
          path: request.url.split('?', 1)[0]!,
        },
        get signal() {
          return gone.orStopping(stopping)
        },
      }
      const answer = await audited(route, call, remarks, deps.audit)
      const { refused } = answer
      if (refused !== undefined && COUNTED.has(refused.code)) events.refused(refused)
      return send(reply.header('cache-control', 'no-store'), answer)
    },
  })
}

/** Answers the methods that a route does not have. */
function mountOthers(app: FastifyInstance, route: Route): void {
  const allow = [...route.methods, ...(route.methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
      (method) => method === 'OPTIONS' || !allow.includes(method),
    ),
    url: route.path,
    handler: (request, reply) => {
      reply.header('allow', allow.join(', '))
      if (request.method === 'OPTIONS') return reply.code(204).send()
      const why = `Cannot ${request.method} ${JSON.stringify(route.path)}: want ${allow.join(', ')}`
      return send(reply, failure(new WeirError('HTTP_METHOD', why)))
    },
  })
}

/** The form first, then the query string: the order in which Go's `Request.Form` lists them. */
function paramsOf(request: FastifyRequest): URLSearchParams {
  const question = request.url.indexOf('?')
  const inUrl = readParameters(question < 0 ? '' : request.url.slice(question + 1))
  if (!(request.body instanceof URLSearchParams)) return inUrl
  const all = request.body
  for (const [name, value] of inUrl) all.append(name, value)
  return all
}

/** Most parameters of a request; a body of 4 MiB could hold a million of them. */
const PARAMETERS_MAX = 10_000

function readParameters(text: string): URLSearchParams {
  let count = 1
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) count++
  if (count <= PARAMETERS_MAX) return new URLSearchParams(text)
  const why = `Cannot read a request of ${count} parameters: want at most ${PARAMETERS_MAX}`
  throw new WeirError('HTTP_TOO_LARGE', why)
}

/** Follows a request to its end: counts it, and tells its query when the client went away. */
function watch(
  request: FastifyRequest,
  reply: FastifyReply,
  events: HttpEvents,
  { clock }: HttpDeps,
): void {
  const startedMs = clock.monotonicMs()
  const gone = new Departure()
  GONE.set(request, gone)
  events.started()
  reply.raw.once('close', () => {
    const whole = reply.raw.writableEnded
    const code = whole ? reply.raw.statusCode : 499
    const { method } = request
    events.ended(
      { route: routeOf(request), method, code },
      (clock.monotonicMs() - startedMs) / 1000,
    )
    if (whole) return
    gone.tell(new WeirError('QUERY_CANCELED', 'query was canceled in expression evaluation'))
  })
}

/** Over loopback bytes cost next to nothing, packing them does. A proxy on this machine speaks for others. */
function isOnThisMachine(request: FastifyRequest): boolean {
  const { headers } = request
  const isForwarded =
    headers['x-forwarded-for'] !== undefined ||
    headers.forwarded !== undefined ||
    headers.via !== undefined
  return !isForwarded && isLoopback(peerOf(request).replace(/^::ffff:/, ''))
}

/** What Fastify keeps for us with a route. */
interface MountedConfig {
  readonly route?: Route
}

/** Who asks, once it is known that he may. */
const WHO = new WeakMap<FastifyRequest, Identity>()

/** @throws {WeirError} as `AccessControl.identify` and `demand` */
async function admitted(request: FastifyRequest, route: Route, deps: HttpDeps): Promise<Identity> {
  const { access, audit } = deps
  const { headers, method, socket, url } = request
  const clientIp = clientOf(request, deps)
  const wanted = demandOf(route, method)
  let who: Identity | undefined
  try {
    who = await access.identify({
      headers,
      url,
      clientIp,
      ...certificateOf(socket, deps.clock.now()),
    })
    refuseForged(who, { method, headers })
    demand(who, wanted)
    return who
  } catch (error) {
    if (wanted === 'open' || wanted === 'peer') return NOBODY // a wrong name is no reason not to tell what anybody may know
    // Who says nothing of himself is only asked to.
    if (who?.kind !== 'anyone')
      turnedAway(error, { route, who: who ?? NOBODY, address: clientIp }, audit)
    throw error
  }
}

/** A route without a rule for each of its methods must not start. */
function checkDemands(route: Route): void {
  for (const method of route.methods) demandOf(route, method)
}

/** Tells when the client of a request goes away before its answer is out. */
const GONE = new WeakMap<FastifyRequest, Departure>()

/** The pattern of the route, never the path itself: labels must stay bounded. */
function routeOf(request: FastifyRequest): string {
  return request.is404 ? 'none' : (request.routeOptions.url ?? 'none')
}

function send(reply: FastifyReply, { status, headers, cookies, body }: Answer): FastifyReply {
  if (cookies !== undefined && cookies.length > 0) reply.header('set-cookie', [...cookies])
  return reply.code(status).headers(headers).send(payloadOf(body))
}

function payloadOf(body: Answer['body']): string | Buffer | Readable {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return Readable.from(body, { highWaterMark: 1 }) // one piece ahead of the client
}

function notFound(request: FastifyRequest): Answer {
  const path = request.url.split('?', 1)[0]!
  const shown = JSON.stringify(path.slice(0, 200))
  const why =
    path === '/'
      ? `Cannot show the page: it is not built, run "npm run build"`
      : `Cannot find ${shown}: see /api/weir/v1/openapi.json for what there is`
  return failure(new WeirError('HTTP_NOT_FOUND', why))
}

/** Fastify's own refusals in our words; everything else as it came. */
function asKnown(thrown: unknown, { limits }: HttpDeps): WeirError {
  if (thrown instanceof WeirError || !(thrown instanceof Error)) return asWeirError(thrown)
  const status = (thrown as { statusCode?: number }).statusCode
  if (status === 413) {
    const why = `Cannot read a body of more than ${limits.bodyBytesMax} bytes (web.max_body_bytes)`
    return new WeirError('HTTP_TOO_LARGE', why)
  }
  if (status === 415) {
    const why = 'Cannot read this kind of body: want application/x-www-form-urlencoded'
    return new WeirError('HTTP_BODY_TYPE', why)
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new WeirError('HTTP_BROKEN', `Cannot read the request: ${thrown.message}`)
  }
  return asWeirError(thrown)
}

function urlTooLong(max: number): WeirError {
  const why = `Cannot read a URL of more than ${max} bytes: send the parameters by POST`
  return new WeirError('HTTP_TOO_LARGE', why)
}

const BROKEN: Readonly<Record<string, readonly [status: string, why: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'headers longer than allowed'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'it took too long'],
}

/** Answers what never became a request, and hangs up. */
function answerBroken(error: Error & { code?: string }, socket: Socket, events: HttpEvents): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [status, why] = BROKEN[error.code ?? ''] ?? ['400 Bad Request', 'this is not HTTP']
  const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'HTTP_TOO_LARGE' : 'HTTP_BROKEN'
  const refused = new WeirError(code, `Cannot read the request: ${why}`)
  events.refused(refused)
  const { body } = failure(refused)
  const length = Buffer.byteLength(body)
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'application/json',
    'content-length': String(length),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`)
}

async function listenAt(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string }
    const at = `Cannot listen on "${host}:${port}"`
    if (code === 'EADDRINUSE') {
      const why = `${at}: another program does, stop it or choose another port with --listen`
      throw new WeirError('ADDRESS_IN_USE', why, { cause })
    }
    throw new WeirError('ADDRESS_UNUSABLE', `${at}: ${message}`, { cause })
  }
}
