import {
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  createSecureServer,
  createServer,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { type Clock, WeirError } from '@weir/model'
import { PushIntake, type PushIntakes } from '../../push/push-intake.ts'
import { type AccessControl, demand } from '../../access/access-control.ts'
import { type Identity, NOBODY } from '../../access/identity.ts'
import { certificateOf } from '../../access/certificate.ts'
import { type WebDoor, tlsOptionsOf } from '../../access/web-door.ts'
import type { TrustedProxies } from '../../network/trusted-proxies.ts'
import type { Telemetry } from '../../telemetry/log.ts'
import type { OtlpReceiverConfig } from '../config.ts'
import { deltaStreamsGauge } from '../outcome.ts'
import { Call, type CallDeps } from './call.ts'
import { GrpcEvents } from './events.ts'

/**
 * OTLP/gRPC: HTTP/2 without TLS, one unary method. What HTTP/2 itself needs (flow control, pings and
 * settings answered, floods of resets cut off) Node's nghttp2 does; here are the limits that it does not
 * know: how long a call may take to arrive, how many connections there may be, and whether anybody is
 * still there at the other end.
 */
export interface GrpcOptions extends Pick<CallDeps, 'take'> {
  readonly host: string
  readonly port: number
  readonly access: AccessControl
  readonly door: Pick<WebDoor, 'tls' | 'guard'>
  readonly proxies: Pick<TrustedProxies, 'clientOf'>
  readonly limits: OtlpReceiverConfig
  readonly connectionsMax: number
  readonly headerBytesMax: number
  readonly requestTimeoutMs: number
  readonly pushIntakes: PushIntakes
  readonly telemetry: Telemetry
  readonly clock: Clock
}

const SWEEP_MS = 5000
/** How long a connection may say nothing before it is asked, and then has to answer. */
const PING_AFTER_MS = 60_000
const PING_PATIENCE_MS = 20_000
/** How long calls under way may still take once the server is told to stop. */
const STOP_GRACE_MS = 5000

/** A connection, and what is not to be forgotten of it. */
interface Peer {
  readonly session: ServerHttp2Session
  askedMs: number
  hasAnswered: boolean
}

/** Where gRPC is spoken, until it is disposed of. */
export interface GrpcServer extends AsyncDisposable {
  /** `127.0.0.1:4317` */
  readonly address: string
}

/** @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE` */
export async function openGrpc(options: GrpcOptions): Promise<GrpcServer> {
  const server = new Server(options)
  await server.listen()
  return server
}

class Server implements GrpcServer {
  address = ''
  readonly #options: GrpcOptions
  readonly #events: GrpcEvents
  readonly #server: Http2Server
  readonly #sockets = new Set<Socket>()
  readonly #peers = new Set<Peer>()
  readonly #calls = new Map<Call, number>()
  readonly #stopped = new AbortController()

  constructor(options: GrpcOptions) {
    this.#options = options
    this.#events = new GrpcEvents(options.telemetry)
    this.#server = this.#create({
      settings: {
        // A sender with more calls than would be admitted keeps them back by itself.
        maxConcurrentStreams: options.limits.max_requests_in_flight,
        maxHeaderListSize: options.headerBytesMax,
        enablePush: false,
      },
    })
    const deps = { take: this.#take(), intake: this.#intake() }
    this.#server.maxConnections = options.connectionsMax
    this.#server.on('drop', () => this.#events.closed('limit'))
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('session', (session) => this.#meet(session))
    this.#server.on('sessionError', (error: Error & { code?: string }) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return
      this.#events.closed('broken', error.message)
    })
    this.#server.on('stream', (stream, headers) => {
      const from = stream.session?.socket
      const admit = (): Promise<Identity> => this.#admit(headers, from)
      const call = new Call(stream, headers, { ...deps, admit })
      this.#calls.set(call, options.clock.monotonicMs())
      stream.once('close', () => this.#calls.delete(call))
    })
  }

  #create(options: object): Http2Server {
    const { door } = this.#options
    if (door.tls === undefined) return createServer(options)
    const server = createSecureServer({ ...options, ...tlsOptionsOf(door.tls) })
    door.guard(server, () => {
      for (const { session } of this.#peers) session.close()
    })
    return server // a TLS server that is asked for what both have
  }

  /** @throws {WeirError} as `AccessControl.identify` and `demand` */
  async #admit(headers: IncomingHttpHeaders, socket: Socket | undefined): Promise<Identity> {
    if (socket === undefined) return NOBODY // it is gone, and so is its call
    const { access, clock, proxies } = this.#options
    const clientIp = proxies.clientOf(socket.remoteAddress ?? '', headers)
    const who = await access.identify({
      headers,
      clientIp,
      ...certificateOf(socket, clock.now()),
    })
    demand(who, 'ingest')
    return who
  }

  async listen(): Promise<void> {
    const { host, port } = this.#options
    await listening(this.#server, host.replaceAll(/^\[|\]$/g, ''), port)
    this.address = `${host}:${(this.#server.address() as AddressInfo).port}`
    void this.#watch()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    for (const { session } of this.#peers) session.close()
    const waited = new AbortController()
    const hangUp = (): void => {
      // A session that is closed waits for its peer to hang up, who may be gone.
      for (const socket of this.#sockets) socket.destroy()
    }
    this.#options.clock.sleep(STOP_GRACE_MS, waited.signal).then(
      hangUp,
      () => undefined, // all answers are out
    )
    await closed
    waited.abort()
  }

  #intake(): PushIntake<'encoding'> {
    const { limits, pushIntakes } = this.#options
    return pushIntakes.add(
      new PushIntake(
        {
          kind: 'otlp-grpc',
          path: '',
          origin: () => this.address,
          part: 'otlp_grpc',
          title: 'OTLP/gRPC',
          variant: 'encoding',
          section: 'otlp_receiver',
          limits,
        },
        this.#options,
      ),
    )
  }

  #take(): CallDeps['take'] {
    const { take, telemetry } = this.#options
    const streams = deltaStreamsGauge(telemetry.registry)
    return async (request) => {
      const outcome = await take(request)
      streams.set(outcome.deltaStreams)
      return outcome
    }
  }

  #meet(session: ServerHttp2Session): void {
    const peer = { session, askedMs: this.#options.clock.monotonicMs(), hasAnswered: true }
    this.#peers.add(peer)
    this.#events.connections(this.#peers.size)
    session.once('close', () => {
      this.#peers.delete(peer)
      this.#events.connections(this.#peers.size)
    })
  }

  /** Looks from time to time for calls that do not come to their end, and for peers that are gone. */
  async #watch(): Promise<void> {
    const { clock, requestTimeoutMs } = this.#options
    const { signal } = this.#stopped
    for (;;) {
      const isOver = await clock.sleep(SWEEP_MS, signal).then(
        () => false,
        () => true,
      )
      if (isOver) return
      const nowMs = clock.monotonicMs()
      for (const [call, sinceMs] of this.#calls) {
        if (nowMs - sinceMs >= requestTimeoutMs) call.expire()
      }
      for (const peer of this.#peers) this.#ask(peer, nowMs)
    }
  }

  #ask(peer: Peer, nowMs: number): void {
    const { session } = peer
    const silentMs = nowMs - peer.askedMs
    if (session.destroyed) return
    if (!peer.hasAnswered) {
      if (silentMs < PING_PATIENCE_MS) return
      this.#events.closed('silent')
      session.destroy()
      return
    }
    if (silentMs < PING_AFTER_MS) return
    peer.askedMs = nowMs
    peer.hasAnswered = false
    session.ping((error) => {
      peer.hasAnswered = error === null
    })
  }
}

async function listening(server: Http2Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string }
    const at = `Cannot listen on "${host}:${port}"`
    if (code !== 'EADDRINUSE') {
      throw new WeirError('ADDRESS_UNUSABLE', `${at}: ${message}`, { cause })
    }
    const why = `${at}: another program does, stop it or set otlp_receiver.grpc_listen to another port`
    throw new WeirError('ADDRESS_IN_USE', why, { cause })
  }
}
