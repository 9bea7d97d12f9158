import type { WeirError } from '@weir/model'
import type { Telemetry } from '../telemetry/log.ts'

const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120]

/** What happens on the HTTP side: each event moves its figure and writes its line together. */
export class HttpEvents {
  readonly #telemetry: Telemetry
  readonly #requests
  readonly #seconds
  readonly #inFlight
  readonly #refused
  #running = 0

  constructor(telemetry: Telemetry) {
    const { registry } = telemetry
    this.#telemetry = telemetry
    this.#requests = registry.counter('weir_http_requests_total', 'HTTP requests answered.', [
      'route',
      'method',
      'code',
    ])
    this.#seconds = registry.histogram(
      'weir_http_request_duration_seconds',
      'Time from the headers of a request to the last byte of its answer.',
      SECONDS,
      ['route'],
    )
    this.#inFlight = registry.gauge('weir_http_requests_in_flight', 'HTTP requests under way.')
    this.#refused = registry.counter(
      'weir_http_refused_total',
      'HTTP requests refused at a limit or by the guard, by error code.',
      ['reason'],
    )
  }

  started(): void {
    this.#inFlight.set(++this.#running)
  }

  /** An answer went out whole, or its client went away (`code` 499). */
  ended(request: { route: string; method: string; code: number }, seconds: number): void {
    this.#inFlight.set(--this.#running)
    this.#requests.inc({
      ...request,
      method: methodLabel(request.method),
      code: String(request.code),
    })
    this.#seconds.observe(seconds, { route: request.route })
    this.#telemetry.log.debug({ ...request, seconds }, 'HTTP request answered')
  }

  /** A request that broke a limit, or that a stranger's page sent. */
  refused(error: WeirError): void {
    this.#refused.inc({ reason: error.code })
    this.#telemetry.log
      .sampled(`http_refused_${error.code}`, 60_000)
      ?.warn({ code: error.code, why: error.message }, 'HTTP request refused')
  }

  /** Our own mistake: the client gets a bare 500, the log gets everything. */
  broke(route: string, error: WeirError): void {
    this.#telemetry.log.error({ route, err: error.cause ?? error }, 'HTTP request broke')
  }
}

/** Methods come from the wire; the label must stay bounded. */
function methodLabel(method: string): string {
  return /^(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS)$/.test(method) ? method : 'other'
}
