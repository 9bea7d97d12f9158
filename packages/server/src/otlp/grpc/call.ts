import { type IncomingHttpHeaders, type ServerHttp2Stream, constants } from 'node:http2'
import { WeirError } from '@weir/model'
import { otlpResponse } from '@weir/wire'
import type { Identity } from '../../access/identity.ts'
import { type TokenQuota, quotaOf } from '../../access/tokens/token-quota.ts'
import { asWeirError } from '../../http/errors.ts'
import type { PushIntake } from '../../push/push-intake.ts'
import type { Sent } from '../../threads/push-thread.ts'
import { partialOf } from '../outcome.ts'
import type { OtlpOutcome, OtlpRequest } from '../receiver.ts'
import { errorTrailers } from './status.ts'
import { type FrameFault, UnaryMessage, framed } from './unary-message.ts'

const METHOD = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
const TYPE = /^application\/grpc(\+proto)?\s*(;|$)/i
/** What messages may be packed by; zstd where this Node has it. What gRPC calls snappy is another format than ours. */
const PACKINGS: ReadonlySet<string> = new Set(['gzip', 'deflate', 'zstd'])

const ANSWER_HEADERS = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-accept-encoding': 'identity,gzip,deflate',
} as const

const FAULTS: Readonly<Record<FrameFault, string>> = {
  flag: 'it is not framed as gRPC frames messages',
  more: 'want one message, got more bytes than its length says',
}

/** What a call needs of the server it is part of. */
export interface CallDeps {
  readonly take: (request: Sent<Omit<OtlpRequest, 'translation'>>) => Promise<OtlpOutcome>
  readonly intake: PushIntake<'encoding'>
  /** Who sends. Rejects with a `WeirError` when he may not. */
  readonly admit: (headers: IncomingHttpHeaders) => Promise<Identity>
}

/**
 * One call, from its headers to its trailers. It takes room (a request and its bytes) as soon as its
 * first five bytes say how long it is, before memory is spent on it, and gives it back when the store is
 * done with it: also where the sender has gone meanwhile, or calls that are cancelled at once would
 * pile up behind the limit.
 */
export class Call {
  readonly #stream: ServerHttp2Stream
  readonly #deps: CallDeps
  readonly #packing: string
  readonly #message = new UnaryMessage()
  #giveBack: (() => void) | undefined
  #isReading = true
  #quota: TokenQuota | undefined

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, deps: CallDeps) {
    this.#stream = stream
    this.#deps = deps
    const packing = headers['grpc-encoding']
    this.#packing = typeof packing === 'string' ? packing.trim().toLowerCase() : ''
    stream.on('error', () => undefined) // it closes by itself
    stream.on('close', () => this.#stopReading())
    this.#greet(headers)
    if (this.#isReading) void this.#open(headers)
  }

  /** Nothing is read before it is known who sends: until then HTTP/2 holds back what comes. */
  async #open(headers: IncomingHttpHeaders): Promise<void> {
    try {
      this.#quota = quotaOf(await this.#deps.admit(headers))
    } catch (thrown) {
      this.#refuse(asWeirError(thrown))
      return
    }
    this.#stream.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#stream.on('end', () => this.#end())
  }

  /** Ends a call whose message has not come in time. */
  expire(): void {
    if (!this.#isReading) return
    const why = 'its message did not come in time (web.request_timeout)'
    this.#refuse(new WeirError('HTTP_BROKEN', `Cannot read an OTLP request: ${why}`))
  }

  #greet({
    ':method': verb,
    ':path': path = '',
    'content-type': type = '',
  }: IncomingHttpHeaders): void {
    if (verb !== 'POST') this.#answer({ ':status': 405, allow: 'POST' })
    else if (!TYPE.test(type)) this.#answer({ ':status': 415 })
    else if (path !== METHOD) this.#refuse(unknownMethod(path))
  }

  #read(chunk: Buffer): void {
    if (!this.#isReading) return
    const fault = this.#message.push(chunk)
    if (fault !== undefined) {
      this.#refuse(invalid(FAULTS[fault]))
      return
    }
    const { length } = this.#message
    if (length === undefined || this.#giveBack !== undefined) return
    const error = this.#headFault(length)
    if (error === undefined) this.#admit(length)
    else this.#refuse(error)
  }

  /** Why a message will not be taken whatever it holds. */
  #headFault(length: number): WeirError | undefined {
    const { max_body_bytes: max } = this.#deps.intake.limits
    if (length > max) {
      const why = `want at most ${max} bytes (otlp_receiver.max_body_bytes), got ${length}`
      return new WeirError('HTTP_TOO_LARGE', `Cannot take an OTLP request: ${why}`)
    }
    if (!this.#message.isPacked || PACKINGS.has(this.#packing)) return undefined
    const given = JSON.stringify(this.#packing.slice(0, 100))
    const why = `Cannot unpack a message of grpc-encoding ${given}: want identity, gzip or deflate`
    return new WeirError('HTTP_BODY_TYPE', why)
  }

  #admit(contentLength: number): void {
    const head = { method: 'POST', contentType: '', contentEncoding: '', contentLength }
    try {
      this.#giveBack = this.#deps.intake.admit(head)
    } catch (error) {
      this.#fail(asWeirError(error)) // the intake has counted it
    }
  }

  #end(): void {
    if (!this.#isReading) return
    const body = this.#message.whole()
    if (body === undefined) this.#refuse(invalid('it breaks off'))
    else void this.#take(body)
  }

  async #take(body: Uint8Array<ArrayBuffer>): Promise<void> {
    const { take, intake } = this.#deps
    this.#isReading = false
    const contentEncoding = this.#message.isPacked ? this.#packing : ''
    const quota = this.#quota
    try {
      const outcome = await take({ body, encoding: 'protobuf', contentEncoding, quota })
      intake.taken('protobuf', outcome)
      this.#succeed(outcome)
    } catch (thrown) {
      this.#refuse(asWeirError(thrown))
    } finally {
      this.#giveBack?.()
    }
  }

  #succeed(outcome: OtlpOutcome): void {
    const stream = this.#stream
    if (stream.closed || stream.destroyed) return
    const message = otlpResponse('protobuf', partialOf(outcome)) as Uint8Array
    stream.respond(ANSWER_HEADERS, { waitForTrailers: true })
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(framed(message))
  }

  #refuse(error: WeirError): void {
    this.#deps.intake.refused('protobuf', error)
    this.#fail(error)
  }

  #fail(error: WeirError): void {
    this.#answer({ ...ANSWER_HEADERS, ...errorTrailers(error) })
  }

  /** An answer of headers alone. What the sender still writes is not wanted, and it is told so. */
  #answer(headers: Readonly<Record<string, string | number>>): void {
    this.#stopReading()
    const stream = this.#stream
    if (stream.closed || stream.destroyed) return
    stream.respond(headers, { endStream: true })
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR)
  }

  /** Forgets what has come, unless the store has it. */
  #stopReading(): void {
    if (!this.#isReading) return
    this.#isReading = false
    this.#message.drop()
    this.#giveBack?.()
  }
}

function unknownMethod(path: string): WeirError {
  const given = JSON.stringify(path.slice(0, 200))
  const why = `want ${METHOD}: Weir takes metrics by gRPC, logs by HTTP (/v1/logs), no traces`
  return new WeirError('HTTP_NOT_FOUND', `Cannot call ${given}: ${why}`)
}

function invalid(why: string): WeirError {
  return new WeirError('OTLP_INVALID', `Cannot read an OTLP request: ${why}`)
}
