import type { IncomingMessage, Server } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { MessagePort } from 'node:worker_threads'
import { WeirError } from '@weir/model'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Credentials, demand } from '../access/access-control.ts'
import { certificateOf } from '../access/certificate.ts'
import type { Identity } from '../access/identity.ts'
import type { TailCredit, TailNews, TailRequest } from '../log-query/tail-session.ts'
import type { HttpDeps } from './deps.ts'
import { asWeirError } from './errors.ts'
import { type GuardRules, ambiguity, refusal } from './guard.ts'
import { ENCODING_FLAGS, categorizes, lokiFailure } from './loki-routes.ts'
import { boundsOf, countOf, refused } from './loki-parameters.ts'
import type { HttpEvents } from './observe.ts'

/** `/loki/api/v1/tail`, where lines come as they are kept. */
const TAIL_PATH = '/loki/api/v1/tail'
const DELAY_MAX_S = 5
/** A client that does not answer between two of these is gone. */
const PING_MS = 30_000
/** Whoever may read no more hears nothing after that. */
const RECHECK_MS = 5000
/** Clients say nothing but that they go. */
const MESSAGE_BYTES_MAX = 4096

/**
 * WebSockets on Weir's port. There is one kind, the live tail. A page of another site could open one without
 * asking anybody, so `Origin` is checked as for a request that changes something.
 */
export class TailSockets implements Disposable {
  readonly #deps: HttpDeps
  readonly #events: HttpEvents
  readonly #rules: () => GuardRules
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false, // costs memory by connection
  })
  readonly #stopped = new AbortController()
  #opening = 0

  constructor(deps: HttpDeps, events: HttpEvents, rules: () => GuardRules) {
    this.#deps = deps
    this.#events = events
    this.#rules = rules
  }

  /** Takes over requests that want another protocol. */
  listen(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
        answerUnchanged(server, request, { socket, head })
        return
      }
      socket.on('error', () => socket.destroy())
      this.#open(request, socket, head).catch((thrown: unknown) => this.#refuse(socket, thrown))
    })
  }

  [Symbol.dispose](): void {
    if (this.#stopped.signal.aborted) return
    this.#stopped.abort()
    for (const socket of this.#sockets.clients) socket.close(1001, 'Weir is stopping')
    this.#sockets.close()
  }

  /** Ends those who do not answer a close. */
  hangUp(): void {
    for (const socket of this.#sockets.clients) socket.terminate()
  }

  async #open(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { access, logQueries, clock, limits, proxies } = this.#deps
    const url = request.url ?? ''
    const guarded = { method: 'POST', headers: request.headers }
    const forbidden = ambiguity(request) ?? refusal(guarded, this.#rules())
    if (forbidden !== undefined) throw forbidden
    if (url.length > limits.urlBytesMax) throw new WeirError('HTTP_TOO_LARGE', 'URL too long')
    const [path, search = ''] = url.split('?', 2)
    if (path !== TAIL_PATH)
      throw new WeirError('HTTP_NOT_FOUND', `want a WebSocket at ${TAIL_PATH}`)
    const { headers, socket: from } = request
    const clientIp = proxies.clientOf(from.remoteAddress ?? '', headers)
    const credentials = (): Credentials => ({
      headers,
      clientIp,
      ...certificateOf(from, clock.now()),
    })
    const who = await access.identify(credentials())
    demand(who, 'read')
    const waits = this.#deps.ready()
    if (waits.length > 0) {
      throw new WeirError('HTTP_NOT_READY', `Cannot answer yet: waiting for ${waits.join(', ')}`)
    }
    const flags = [request.headers[ENCODING_FLAGS] ?? ''].flat()[0]!
    const tail = tailOf(new URLSearchParams(search), clock.now(), flags)
    if (this.#sockets.clients.size + this.#opening >= logQueries.tailsMax) {
      throw logQueries.tailRefused()
    }
    this.#opening++
    try {
      const port = await logQueries.tail(tail)
      this.#sockets.handleUpgrade(request, socket, head, (client) => {
        const gone = this.#follow(client, port)
        this.#recheck(client, { who, credentials, from }, gone).catch(() => undefined) // it went
      })
    } finally {
      this.#opening--
    }
  }

  /**
   * Hangs up on a client whose token was revoked, whose session ended, or who may read no more for another reason. A
   * request is over in a moment; this one may last for days.
   */
  async #recheck(client: WebSocket, asker: Asker, gone: AbortSignal): Promise<void> {
    for (;;) {
      await this.#deps.clock.sleep(RECHECK_MS, gone)
      if (await this.#mayRead(asker)) continue
      client.close(1008, 'you may read no more')
      return
    }
  }

  async #mayRead({ who, credentials, from }: Asker): Promise<boolean> {
    const { access, door } = this.#deps
    if (door.isOutdated(from)) return false
    // What was typed in or sent is not said once more: that would count as another request.
    const isSaid = who.kind === 'token' || who.kind === 'user'
    const now = isSaid ? access.renew(who) : await access.identify(credentials())
    return now?.scopes.has('read') === true
  }

  /**
   * Carries frames from the log query thread to a client, no faster than it reads.
   *
   * @returns aborts when it is gone
   */
  #follow(client: WebSocket, port: MessagePort): AbortSignal {
    const gone = new AbortController()
    let isAlive = true
    client.on('pong', () => {
      isAlive = true
    })
    client.on('error', () => client.terminate())
    client.once('close', () => {
      gone.abort()
      port.close()
    })
    port.on('message', (news: TailNews) => {
      if (news.kind === 'end') {
        client.close(1000, Buffer.from(news.why).subarray(0, 120))
        return
      }
      client.send(news.text, (failed) => {
        if (failed === undefined || failed === null) {
          port.postMessage({ kind: 'taken' } satisfies TailCredit)
        }
      })
    })
    // The thread has ended: its next life knows nothing of this client.
    port.once('close', () => client.close(1011, 'the log query thread ended'))
    const ping = async (): Promise<void> => {
      for (;;) {
        await this.#deps.clock.sleep(PING_MS, gone.signal)
        if (!isAlive) return client.terminate()
        isAlive = false
        client.ping()
      }
    }
    ping().catch(() => undefined) // it went
    return gone.signal
  }

  #refuse(socket: Duplex, thrown: unknown): void {
    const error = asWeirError(thrown)
    if (error.code === 'BUG') this.#events.broke(TAIL_PATH, error)
    else if (error.code === 'HTTP_FORBIDDEN' || error.code === 'LOGS_TAIL_LIMIT') {
      this.#events.refused(error)
    }
    const { status, body } = lokiFailure(error)
    const lines = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'content-type: text/plain; charset=utf-8',
      'x-content-type-options: nosniff',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ]
    socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
  }
}

interface Asker {
  readonly who: Identity
  readonly credentials: () => Credentials
  readonly from: Socket
}

function tailOf(params: URLSearchParams, nowMs: number, flags: string): TailRequest {
  const query = params.get('query') ?? ''
  const delay = params.get('delay_for') ?? ''
  if (delay !== '' && !/^\d+$/.test(delay)) throw refused('delay_for must be a number of seconds')
  if (Number(delay) > DELAY_MAX_S) {
    throw refused(`delay_for can't be greater than ${DELAY_MAX_S}`)
  }
  return {
    query,
    startNs: boundsOf(params, nowMs).fromNs,
    limit: countOf(params, 'limit'),
    delayMs: Number(delay) * 1000,
    categorize: categorizes(flags),
  }
}

/**
 * Some clients offer another protocol with each request, and do without it (`Upgrade: h2c`, as Java's does).
 * Node, once somebody listens for upgrades, stops reading after the headers of such a request; so it is read
 * anew without the offer.
 */
function answerUnchanged(
  server: Server,
  request: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`]
  const { rawHeaders } = request
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (/^(?:upgrade|connection|http2-settings)$/i.test(name)) continue
    lines.push(`${name}: ${rawHeaders[i + 1]}`)
  }
  const start = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  socket.unshift(Buffer.concat([start, head]))
  // Over TLS the handshake is done.
  server.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket)
}
