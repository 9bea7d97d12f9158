import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { type Clock, WeirError } from '@weir/model'
import type { Discoverer, Report } from '../discoverer.ts'
import { hostPort } from '../host-port.ts'
import { refreshEvery } from '../refresh.ts'
import type { FoundLabels, TargetGroup } from '../target-group.ts'
import type { DnsSdConfig } from './config.ts'
import { searchList } from './search-list.ts'

const RESOLV_CONF = '/etc/resolv.conf'

/** Where names are resolved; what the machine does unless a test says otherwise. */
export interface DnsWays {
  /** `host:port` each. */
  readonly servers?: readonly string[]
  /** Stands in for the contents of `/etc/resolv.conf` as far as search domains go. */
  readonly resolvConf?: string
}

/** There is no such name · there is, but no record of the type. */
const NO_NAME = 'ENOTFOUND'
const NO_RECORD = 'ENODATA'

/** Targets by DNS records. The names are resolved side by side; one that fails keeps what it had. */
export class DnsDiscoverer implements Discoverer {
  readonly #config: DnsSdConfig
  readonly #clock: Clock
  readonly #ways: DnsWays

  constructor(config: DnsSdConfig, clock: Clock, ways: DnsWays = {}) {
    this.#config = config
    this.#clock = clock
    this.#ways = ways
  }

  run(report: Report, signal: AbortSignal): Promise<void> {
    const { refresh_interval: intervalMs } = this.#config
    const look = (): Promise<void> => this.#look(report, signal)
    return refreshEvery(look, { intervalMs, clock: this.#clock, report }, signal)
  }

  async #look(report: Report, signal: AbortSignal): Promise<void> {
    // A new one each time sees changes of resolv.conf, and remembers no answers.
    const resolver = new Resolver()
    if (this.#ways.servers !== undefined) resolver.setServers(this.#ways.servers)
    const onAbort = (): void => resolver.cancel()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const resolvConf =
        this.#ways.resolvConf ?? (await readFile(RESOLV_CONF, 'utf8').catch(() => ''))
      const looks = this.#config.names.map(async (name) => {
        report.update([await this.#groupOf(name, searchList(name, resolvConf), resolver)])
      })
      const failed = (await Promise.allSettled(looks)).find(({ status }) => status === 'rejected')
      if (failed !== undefined) throw (failed as PromiseRejectedResult).reason
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /**
   * The records of the first name that is known. When none is, there are none for certain; when a server could not
   * tell for one of them, nobody knows.
   */
  async #groupOf(
    name: string,
    candidates: readonly string[],
    resolver: Resolver,
  ): Promise<TargetGroup> {
    let fault: unknown
    for (const candidate of candidates) {
      try {
        const records = await recordsOf(candidate, this.#config, resolver)
        const targets = records.map((labels) => ({ ...labels, __meta_dns_name: name }))
        return { source: name, targets, labels: {} }
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException
        if (code === NO_RECORD) return { source: name, targets: [], labels: {} }
        if (code !== NO_NAME) fault = error
      }
    }
    if (fault === undefined) return { source: name, targets: [], labels: {} }
    const { code } = fault as NodeJS.ErrnoException
    throw new WeirError(
      'DISCOVERY_FAILED',
      `Cannot resolve ${this.#config.type} records of "${name}": ${REASONS[code ?? ''] ?? code}`,
      { cause: fault },
    )
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ESERVFAIL: 'the DNS server failed to answer (SERVFAIL)',
  EREFUSED: 'the DNS server refused to answer (REFUSED)',
  ECONNREFUSED: 'no DNS server could be reached',
  ETIMEOUT: 'no DNS server answered in time',
}

/** Each record of a name as an address and what there is to say of it. */
async function recordsOf(
  name: string,
  { type, port }: DnsSdConfig,
  resolver: Resolver,
): Promise<FoundLabels[]> {
  switch (type) {
    case 'SRV':
      return (await resolver.resolveSrv(name)).map((record) => ({
        __address__: hostPort(record.name, record.port),
        __meta_dns_srv_record_target: `${record.name}.`,
        __meta_dns_srv_record_port: String(record.port),
      }))
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ exchange }) => ({
        __address__: hostPort(exchange, port),
        __meta_dns_mx_record_target: `${exchange}.`,
      }))
    case 'NS':
      return (await resolver.resolveNs(name)).map((host) => ({
        __address__: hostPort(host, port),
        __meta_dns_ns_record_target: `${host}.`,
      }))
    case 'A':
      return (await resolver.resolve4(name)).map((host) => ({ __address__: hostPort(host, port) }))
    case 'AAAA':
      return (await resolver.resolve6(name)).map((host) => ({ __address__: hostPort(host, port) }))
    default:
      return type satisfies never
  }
}
