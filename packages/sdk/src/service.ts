import { hostname } from 'node:os'

/** Who sends: becomes `job` and `instance` at Weir, as with every scraped target. */
export interface Service {
  readonly name: string
  /** Tells apart processes of one service: `host:pid` unless told. */
  readonly instance: string
}

/** What the environment says about this process; what the caller gives wins. */
export function serviceOf(given: Partial<Service> = {}): Service {
  return {
    name: given.name ?? serviceNameFromEnvironment(),
    instance: given.instance ?? `${hostname()}:${process.pid}`,
  }
}

function serviceNameFromEnvironment(): string {
  const { WEIR_SERVICE, OTEL_SERVICE_NAME, npm_package_name } = process.env
  return WEIR_SERVICE ?? OTEL_SERVICE_NAME ?? npm_package_name ?? 'pipeline'
}
