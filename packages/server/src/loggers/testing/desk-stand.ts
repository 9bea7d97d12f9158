import { pino } from 'pino'
import { HandClock } from '../../scrape/testing/hand-clock.ts'
import { Log } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { loggersConfig } from '../config.ts'
import { LoggerDesk } from '../desk.ts'
import { type CheckedDraft, overrideDraft } from '../override.ts'
import { type PollAnswer, type PollRequest, pollRequest } from '../protocol.ts'
import { MemoryStore } from './memory-store.ts'

export const START_MS = Date.parse('2024-05-01T12:00:00Z')

/** A desk in memory under a clock that is moved by hand, and processes that ask it. */
export class DeskStand {
  readonly store = new MemoryStore()
  readonly clock = new HandClock(START_MS)
  readonly registry = new Registry()
  desk!: LoggerDesk

  static async open(limits: object = {}): Promise<DeskStand> {
    const stand = new DeskStand()
    await stand.start(limits)
    return stand
  }

  /** Begins anew with what is on the disk. */
  async start(limits: object = {}): Promise<void> {
    await this.desk?.[Symbol.asyncDispose]()
    this.desk = await LoggerDesk.open({
      store: this.store,
      config: loggersConfig.parse(limits),
      clock: this.clock,
      telemetry: { registry: this.registry, log: new Log(pino({ level: 'silent' })) },
    })
  }

  poll(instance: string, more: Partial<PollRequest> = {}): Promise<PollAnswer> {
    return this.desk.poll(request(instance, more), new AbortController().signal)
  }

  set(logger: string, more: Partial<CheckedDraft> = {}): ReturnType<LoggerDesk['set']> {
    const draft = { logger, level: 'debug', durationMs: 600_000, author: 'ann', ...more }
    return this.desk.set(overrideDraft.parse(draft), '127.0.0.1')
  }

  metric(name: string): Readonly<Record<string, number>> {
    this.desk.publish()
    const family = this.registry.collect().find((one) => one.name === name)
    return Object.fromEntries(
      (family?.samples ?? []).map(({ labels, value }) => [labels.toString(), value]),
    )
  }
}

export function request(instance: string, more: Partial<PollRequest> = {}): PollRequest {
  return pollRequest.parse({
    instance,
    service: 'orders',
    host: `host-${instance}`,
    pid: 1,
    language: 'node',
    loggersVersion: 1,
    loggers: { root: { level: 'info', effective: 'info' }, kafka: { effective: 'info' } },
    overridesVersion: '',
    applied: [],
    waitMs: 0,
    ...more,
  })
}
