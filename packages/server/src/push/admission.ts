import type { RequestHead } from '../http/route.ts'
import type { PushLimits } from './config.ts'

type InFlightLimits = Pick<
  PushLimits,
  'max_body_bytes' | 'max_requests_in_flight' | 'max_bytes_in_flight'
>

/**
 * How much may be under way at one time, in requests and in bytes as they are sent: what comes on top
 * is turned away before its body is read, so that memory is bounded however many send at once.
 */
export class Admission {
  requests = 0
  bytes = 0
  readonly #limits: InFlightLimits

  constructor(limits: InFlightLimits) {
    this.#limits = limits
  }

  /** Takes a request in; what it gives is called once when the request is over. Undefined: come again later. */
  admit({ contentLength }: Pick<RequestHead, 'contentLength'>): (() => void) | undefined {
    const { max_body_bytes, max_requests_in_flight, max_bytes_in_flight } = this.#limits
    const announced = contentLength ?? max_body_bytes
    // One that is too long is refused for that, further on; it takes no room.
    const length = announced > max_body_bytes ? 0 : announced
    const isFull = this.bytes > 0 && this.bytes + length > max_bytes_in_flight
    if (isFull || this.requests >= max_requests_in_flight) return undefined
    this.requests++
    this.bytes += length
    return () => {
      this.requests--
      this.bytes -= length
    }
  }
}
