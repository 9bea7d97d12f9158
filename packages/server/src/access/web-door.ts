import type { Http2SecureServer } from 'node:http2'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Clock, WeirError } from '@weir/model'
import type { Telemetry } from '../telemetry/log.ts'
import { alternativeNames } from './certificate.ts'
import { ComeAgainError } from './come-again.ts'
import { RateLimit } from './rate-limit.ts'
import {
  NO_WEB_CONFIG,
  type TlsDoor,
  type WebConfig,
  asks,
  readWebConfig,
} from './web-config/web-config.ts'

type TlsServer = HttpsServer | Http2SecureServer

interface Guarded {
  readonly server: TlsServer
  readonly letGo: () => void
}

/** How often the files are looked at. Prometheus does at each connection; a certificate has hours to be taken. */
const LOOK_EVERY_MS = 5000

/**
 * What a web configuration file says of the ports: TLS, headers, users, a limit of requests. The file, and those that
 * it names, are read again when they change; a bad one changes nothing. Connections stay where only
 * Weir's own certificate is another one, which new ones get; where other clients' are good than before, open ones end
 * when they are idle, or with their next answer. Whether TLS is spoken at all counts from the start on.
 */
export class WebDoor {
  readonly #file: string | undefined
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #reads
  readonly #turnedAway
  readonly #servers: Guarded[] = []
  /** At which policy for clients a connection was taken. */
  readonly #takenAt = new WeakMap<Socket, number>()
  #policy = 0
  #config: WebConfig
  #limit: RateLimit | undefined

  /** @throws {WeirError} `CONFIG_INVALID` */
  constructor(options: {
    readonly file: string | undefined
    readonly clock: Clock
    readonly telemetry: Telemetry
  }) {
    this.#file = options.file
    this.#clock = options.clock
    this.#telemetry = options.telemetry
    const { registry } = options.telemetry
    this.#reads = registry.counter(
      'weir_access_web_config_reads_total',
      'Changes of the web configuration file or of a file that it names, by result.',
      ['result'],
    )
    this.#turnedAway = registry.counter(
      'weir_access_certificates_refused_total',
      'Connections closed for what their client certificate is, or is not.',
    )
    this.#config = this.#file === undefined ? NO_WEB_CONFIG : readWebConfig(this.#file)
    this.#setLimit()
  }

  get tls(): TlsDoor | undefined {
    return this.#config.tls
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#config.headers
  }

  get users(): ReadonlyMap<string, string> {
    return this.#config.users
  }

  /** Whether the file asks who somebody is, of everybody. */
  get asks(): boolean {
    return asks(this.#config)
  }

  /** @throws {WeirError} `ACCESS_SLOWED` beyond `rate_limit` */
  checkRate(): void {
    if (this.#limit === undefined || this.#limit.take(1, this.#clock.monotonicMs()) === 0) return
    const why = 'more requests than rate_limit of the web configuration file allows'
    throw new ComeAgainError(
      'ACCESS_SLOWED',
      `Cannot take the request: ${why}, come again in 1 s`,
      1,
    )
  }

  /**
   * From now on the server's connections are as the file says. Those that are turned away never get to who reads
   * requests: what a client sends with the end of its handshake is read still when the connection is closed after.
   *
   * @param letGo ends those connections that nothing is under way on
   */
  guard(server: TlsServer, letGo: () => void): void {
    this.#servers.push({ server, letGo })
    const readers = server.listeners('secureConnection')
    server.removeAllListeners('secureConnection')
    server.on('secureConnection', (socket: TLSSocket) => {
      if (!this.#takenAt.has(socket)) this.#takenAt.set(socket, this.#policy)
      if (this.tls === undefined || mayStay(socket, this.tls)) {
        for (const reader of readers) reader.call(server, socket)
        return
      }
      this.#turnedAway.inc()
      socket.on('error', () => undefined) // nobody else listens
      socket.destroy()
    })
  }

  /** Whether a connection was taken when other certificates were good: its client has to come again. */
  isOutdated(socket: Socket): boolean {
    return (this.#takenAt.get(socket) ?? this.#policy) !== this.#policy
  }

  /** Reads the files again. @throws {WeirError} `CONFIG_INVALID`; the old one stays */
  reread(): void {
    if (this.#file === undefined) return
    let read: WebConfig
    try {
      read = readWebConfig(this.#file)
      const { tls } = this.#config
      if ((read.tls === undefined) !== (tls === undefined)) {
        const why = 'whether TLS is spoken counts from the start on'
        throw new WeirError('CONFIG_INVALID', `Cannot use ${this.#file}: ${why}; start Weir anew`)
      }
    } catch (error) {
      this.#reads.inc({ result: 'refused' })
      const { message } = error as Error
      this.#telemetry.log
        .sampled(`web_config ${message}`, 600_000)
        ?.error({ error: message }, 'Web configuration refused; the old one stays')
      throw error
    }
    if (read.fingerprint === this.#config.fingerprint) return
    const isSamePolicy = policyOf(read.tls) === policyOf(this.#config.tls)
    this.#config = read
    this.#setLimit()
    for (const { server } of this.#servers) this.#refresh(server)
    if (!isSamePolicy) {
      this.#policy++
      for (const { letGo } of this.#servers) letGo()
    }
    this.#reads.inc({ result: 'taken' })
    this.#telemetry.log.info({ file: this.#file }, 'Web configuration read again')
  }

  /** Looks at the files from time to time, until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    if (this.#file === undefined) return
    for (;;) {
      const isOver = await this.#clock.sleep(LOOK_EVERY_MS, signal).then(
        () => false,
        () => true,
      )
      if (isOver) return
      try {
        this.reread()
      } catch {
        // told in the log; the old one stays
      }
    }
  }

  #refresh(server: TlsServer): void {
    const { tls } = this
    if (tls === undefined) return
    server.setSecureContext(tls.context)
    // Node reads these at each connection, and has no method to change them.
    Object.assign(server, { requestCert: tls.asks, rejectUnauthorized: false })
  }

  #setLimit(): void {
    const { rate } = this.#config
    this.#limit =
      rate === undefined
        ? undefined
        : new RateLimit(1000 / rate.intervalMs, Math.max(1, rate.burst))
  }
}

/** What of the file says whose certificates are good. */
function policyOf(tls: TlsDoor | undefined): string {
  if (tls === undefined) return ''
  const { context, asks: isAsked, wants, verifies, allowedSans } = tls
  return JSON.stringify([context.ca, isAsked, wants, verifies, [...(allowedSans ?? [])]])
}

/** Looks after a door until it is disposed of. */
export function watching(door: Pick<WebDoor, 'watch'>): AsyncDisposable {
  const stopped = new AbortController()
  const watched = door.watch(stopped.signal)
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await watched
    },
  }
}

/** What servers of Node want to know to speak TLS as the file says. */
export function tlsOptionsOf({ context, asks }: TlsDoor): object {
  // Certificates are looked at when the handshake is done, so that all policies take one way.
  return { ...context, requestCert: asks, rejectUnauthorized: false, handshakeTimeout: 10_000 }
}

function mayStay(socket: TLSSocket, { wants, verifies, allowedSans }: TlsDoor): boolean {
  const { raw, subjectaltname = '' } = socket.getPeerCertificate()
  const isGiven = raw !== undefined
  if (wants && !isGiven) return false
  if (verifies && isGiven && !socket.authorized) return false
  if (allowedSans === undefined) return true
  return alternativeNames(subjectaltname).some((name) => allowedSans.has(name))
}
