import type { KeyValueChange, KeyValueStore } from '@weir/model'
import { pino } from 'pino'
import { HandClock } from '../../scrape/testing/hand-clock.ts'
import { MemoryAppender } from '../../scrape/testing/memory-appender.ts'
import { Log } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { type PushGatewayConfig, pushGateway } from '../config.ts'
import { PushGateway } from '../push-gateway.ts'

/** What was written, as text: nothing of the writer's objects stays in it. */
export class MemoryKeys implements KeyValueStore {
  readonly texts = new Map<string, string>()

  get(key: string): unknown {
    return JSON.parse(this.texts.get(key) ?? 'null')
  }

  async write(changes: readonly KeyValueChange[]): Promise<void> {
    for (const { key, value } of changes) {
      if (value === undefined) this.texts.delete(key)
      else this.texts.set(key, JSON.stringify(value))
    }
  }

  *entries(prefix: string): Iterable<readonly [string, unknown]> {
    for (const [key, text] of this.texts) if (key.startsWith(prefix)) yield [key, JSON.parse(text)]
  }
}

export interface GatewayStand {
  readonly gateway: PushGateway
  readonly clock: HandClock
  /** What reached the store; see {@link MemoryAppender}. */
  readonly lines: string[]
  readonly keys: MemoryKeys
  readonly registry: Registry
}

export function gatewayStand(
  config: Partial<PushGatewayConfig> = {},
  { clock = new HandClock(0), keys = new MemoryKeys(), Appender = MemoryAppender } = {},
): GatewayStand {
  const lines: string[] = []
  const registry = new Registry()
  const gateway = new PushGateway({
    config: { ...pushGateway.parse({}), ...config },
    labels: { labelsMax: 64, nameBytesMax: 1024, valueBytesMax: 4096 },
    appender: new Appender(lines),
    keep: () => undefined,
    end: () => undefined,
    store: keys,
    clock,
    telemetry: { registry, log: new Log(pino({ level: 'silent' })) },
  })
  return { gateway, clock, lines, keys, registry }
}
