import { lookup as resolve } from 'node:dns'
import { type LookupFunction, isIP } from 'node:net'
import { BroadcastChannel, getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import { WeirError } from '@weir/model'
import { Networks, addressesMeant, networkOf } from './address.ts'
import {
  type SharedRulesMemory,
  readRules,
  sharedRules,
  versionOf,
  writeRules,
} from './shared-rules.ts'

/** Where connections may lead: networks, addresses, names of hosts, `*.example.org`. */
export interface FenceRules {
  /** Nothing else, where there is an entry. */
  readonly allow: readonly string[]
  /** None of these, whatever `allow` says. */
  readonly deny: readonly string[]
}

/**
 * Where clouds hand out credentials to whoever asks from this machine. Nothing that is scraped or told of alerts
 * lives there, and a target, a receiver or a redirect that leads there is an attack. The rest of 169.254.0.0/16
 * stays open: node-local DNS caches are scraped in it.
 */
export const METADATA_SERVICES: readonly string[] = [
  '169.254.169.254/32', // AWS, Azure, Google, DigitalOcean, OpenStack, Oracle, Hetzner
  '169.254.170.2/32', // AWS ECS: credentials of the task
  '169.254.170.23/32', // AWS EKS: credentials of the pod
  'fd00:ec2::254/128', // AWS by IPv6
  'fd00:ec2::23/128', // AWS EKS by IPv6
  'fd20:ce::254/128', // Google by IPv6
  '100.100.100.200/32', // Alibaba
  '192.0.0.192/32', // Oracle, of old
  'metadata.google.internal', // also by a proxy, which looks the name up itself
]

/** One connection that was not made. */
export interface Refusal {
  /** What it was for: `scrape`, `notification`. */
  readonly what: string
  /** As it was asked for. */
  readonly host: string
  readonly why: string
}

type Resolve = (
  host: string,
  options: { readonly all: true },
  done: (
    error: NodeJS.ErrnoException | null,
    addresses: { address: string; family: number }[],
  ) => void,
) => void

/**
 * Looks at each connection at the moment in which it is made, on the address that it is made to: a name that
 * led elsewhere a moment ago, or that leads to several addresses, gains nothing.
 */
export class Fence {
  readonly #allow: RuleSet
  readonly #deny: RuleSet
  readonly #onRefused: (refusal: Refusal) => void
  readonly #resolve: Resolve

  constructor(
    rules: FenceRules,
    onRefused: (refusal: Refusal) => void = () => undefined,
    lookUp: Resolve = resolve,
  ) {
    this.#allow = new RuleSet(rules.allow)
    this.#deny = new RuleSet(rules.deny)
    this.#onRefused = onRefused
    this.#resolve = lookUp
  }

  /**
   * What can be said of a host before it is looked up: its name, or the address that it is.
   *
   * @param isLookedUp whether {@link lookup} will look at its address later; by a proxy nobody does, so then a name
   *   must be allowed as a name
   * @throws {WeirError} `FETCH_FAILED`
   */
  checkHost(what: string, hostname: string, isLookedUp = true): void {
    const host = bareHost(hostname)
    const why = isIP(host) === 0 ? this.#nameRefused(host, isLookedUp) : this.#addressRefused(host)
    if (why !== undefined) throw this.#refused({ what, host, why })
  }

  /** For sockets: gives back those addresses of a name that may be connected to, and fails when there is none. */
  lookup(what: string): LookupFunction {
    return (host, options, done) => {
      this.#resolve(host, { all: true }, (error, found) => {
        if (error !== null) {
          done(error, [])
          return
        }
        const family = { IPv4: 4, IPv6: 6 }[String(options.family)] ?? options.family ?? 0
        const wanted = found.filter((one) => family === 0 || one.family === family)
        const isNamed = this.#allow.hasName(host)
        const good = wanted.filter(
          ({ address }) => this.#addressRefused(address, isNamed) === undefined,
        )
        const [first] = good
        if (first === undefined) {
          const [bad] = wanted
          const why =
            bad === undefined ? 'it has no address' : this.#addressRefused(bad.address, isNamed)!
          done(this.#refused({ what, host, why }), [])
        } else if (options.all) done(null, good)
        else done(null, first.address, first.family)
      })
    }
  }

  /** The same for one who resolves by himself. @throws {WeirError} `FETCH_FAILED` */
  checkAddress(what: string, host: string, address: string): void {
    const why = this.#addressRefused(address, this.#allow.hasName(host))
    if (why !== undefined) throw this.#refused({ what, host, why })
  }

  #nameRefused(name: string, isLookedUp: boolean): string | undefined {
    if (this.#deny.hasName(name)) return 'network.outgoing.deny names it'
    if (isLookedUp || this.#allow.isEmpty || this.#allow.hasName(name)) return undefined
    return 'network.outgoing.allow does not name it, and a proxy looks its address up'
  }

  #addressRefused(address: string, isNamed = false): string | undefined {
    const meant = addressesMeant(address)
    const shown = meant.length > 1 ? `${address} (that is ${meant.at(-1)})` : address
    if (meant.some((one) => this.#deny.hasAddress(one))) {
      return `network.outgoing.deny holds ${shown}`
    }
    // What it leads to in the end counts: a wide IPv6 network does not allow all of IPv4.
    if (this.#allow.isEmpty || isNamed || this.#allow.hasAddress(meant.at(-1)!)) return undefined
    return `network.outgoing.allow does not hold ${shown}`
  }

  #refused(refusal: Refusal): WeirError {
    this.#onRefused(refusal)
    const why = `Weir may not connect to ${JSON.stringify(refusal.host)}: ${refusal.why}`
    return new WeirError('FETCH_FAILED', why)
  }
}

/** Whether `allow` and `deny` take an entry. */
export function isFenceEntry(text: string): boolean {
  return networkOf(text) !== undefined || HOST.test(text)
}

const HOST = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,62}\.)*[a-z0-9_-]{0,62}\.?$/i

class RuleSet {
  readonly isEmpty: boolean
  readonly #networks: Networks
  readonly #names: ReadonlySet<string>
  readonly #domains: readonly string[]

  constructor(entries: readonly string[]) {
    const networks = entries.map(networkOf)
    const names = entries.filter((_, i) => networks[i] === undefined).map(plainName)
    this.isEmpty = entries.length === 0
    this.#networks = new Networks(networks.filter((network) => network !== undefined))
    this.#names = new Set(names.filter((name) => !name.startsWith('*.')))
    this.#domains = names.filter((name) => name.startsWith('*.')).map((name) => name.slice(1))
  }

  hasName(host: string): boolean {
    const name = plainName(host)
    return this.#names.has(name) || this.#domains.some((domain) => name.endsWith(domain))
  }

  hasAddress(ip: string): boolean {
    return this.#networks.has(ip)
  }
}

function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

/** Without the brackets of an IPv6 address. */
function bareHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

const KEY = 'weir.network.outgoing'

/** As long as nobody said otherwise. */
const DEFAULT = new Fence({ allow: [], deny: METADATA_SERVICES }, tell)

let raised: { readonly version: number; readonly fence: Fence } | undefined
let teller: BroadcastChannel | undefined

/**
 * Sets the rules for all threads: those that run already see them at their next connection. For the main thread,
 * before it starts others.
 */
export function setFenceRules(rules: FenceRules): void {
  const shared = getEnvironmentData(KEY) as SharedRulesMemory | undefined
  if (shared !== undefined) writeRules(shared, rules)
  else setEnvironmentData(KEY, sharedRules(rules))
}

/** The fence that every connection of this thread passes; another object once the rules have changed. */
export function fence(): Fence {
  const shared = getEnvironmentData(KEY) as SharedRulesMemory | undefined
  if (shared === undefined) return DEFAULT
  if (raised?.version !== versionOf(shared)) {
    const { rules, version } = readRules(shared)
    raised = { version, fence: new Fence(rules, tell) }
  }
  return raised.fence
}

/** Hears of the connections that no thread of this process was allowed to make. */
export function watchFence(onRefused: (refusal: Refusal) => void): Disposable {
  const channel = new BroadcastChannel(KEY)
  channel.onmessage = (event) => onRefused((event as { readonly data: Refusal }).data)
  channel.unref()
  return { [Symbol.dispose]: () => channel.close() }
}

function tell(refusal: Refusal): void {
  if (teller === undefined) {
    teller = new BroadcastChannel(KEY)
    teller.unref() // it must not keep a thread alive
  }
  teller.postMessage(refusal)
}
