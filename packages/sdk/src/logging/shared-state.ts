import type { AsyncLocalStorage } from 'node:async_hooks'
import { LoggerRegistry } from '../levels/logger-registry.ts'
import { parseLevel } from './level.ts'
import type { LoggingCore } from './logging-core.ts'

/** What all loggers of a process share. */
export interface SharedState {
  readonly registry: LoggerRegistry
  /** What `setupLogging` made; undefined until then, or until something is logged without it. */
  core: LoggingCore | undefined
  /** What `withLogContext` keeps; undefined until it is used, so that others do not pay for it. */
  contexts: AsyncLocalStorage<Readonly<Record<string, unknown>>> | undefined
}

const KEY = Symbol.for('@weir/sdk logging 0')

/**
 * One state for the process, also when the package was loaded twice, as ESM and as CommonJS: else half
 * of a program's loggers would know nothing of `setupLogging`. Made when first asked for, so that an
 * import alone does nothing.
 */
export function sharedState(): SharedState {
  const everywhere = globalThis as { [KEY]?: SharedState }
  return (everywhere[KEY] ??= freshState())
}

function freshState(): SharedState {
  const registry = new LoggerRegistry()
  // Loggers that are asked before any `setupLogging` follow the environment too.
  registry.configure('root', parseLevel(process.env['LOG_LEVEL']))
  return { registry, core: undefined, contexts: undefined }
}
