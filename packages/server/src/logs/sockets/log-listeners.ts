import type { Clock } from '@weir/model'
import type { IntakeStatus } from '@weir/packs'
import type { Telemetry } from '../../telemetry/log.ts'
import type { ForwardConfig } from '../forward/config.ts'
import { listenForward } from '../forward/forward-listener.ts'
import type { SyslogConfig } from '../syslog/config.ts'
import { listenSyslog } from '../syslog/syslog-listener.ts'
import type { LineDoor } from './line-door.ts'

/** Where a listener listens: `{ kind: 'syslog-udp', address: '127.0.0.1:5514' }`. */
export interface ListenerAddress {
  readonly kind: string
  readonly address: string
}

/** The sockets by which lines come, those that the configuration asks for. */
export interface ListenerConfigs {
  readonly forward: ForwardConfig
  readonly syslog: SyslogConfig
}

/** Whether the configuration asks for any. */
export function wantsListeners({ forward, syslog }: ListenerConfigs): boolean {
  return [forward.listen, syslog.udp_listen, syslog.tcp_listen].some((address) => address !== '')
}

/** Open sockets. Closing them waits until what came is in the store. */
export class LogListeners implements AsyncDisposable {
  readonly addresses: ListenerAddress[] = []
  readonly #open: AsyncDisposable[] = []
  readonly #status: (() => readonly IntakeStatus[])[] = []

  /** @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`; `FETCH_FAILED` when a key's file cannot be read */
  async open(options: {
    readonly config: ListenerConfigs
    readonly door: LineDoor
    readonly telemetry: Telemetry
    readonly clock: Clock
  }): Promise<void> {
    const { config, ...rest } = options
    const { forward, syslog } = config
    if (forward.listen !== '') {
      const listener = await listenForward({ ...rest, config: forward })
      this.#open.push(listener)
      this.#status.push(() => [listener.status()])
      this.addresses.push({ kind: 'fluentd-forward', address: listener.address })
    }
    if (syslog.udp_listen !== '' || syslog.tcp_listen !== '') {
      const listener = await listenSyslog({ ...rest, config: syslog })
      this.#open.push(listener)
      this.#status.push(() => listener.status())
      this.addresses.push(...listener.addresses)
    }
  }

  /** As the status page shows them. */
  status(): IntakeStatus[] {
    return this.#status.flatMap((status) => status())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((listener) => listener[Symbol.asyncDispose]()))
  }
}
