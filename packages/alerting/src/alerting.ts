import { type Alert, Labels } from '@weir/model'
import { Cluster, NO_PEERS, type Peers } from './cluster/cluster.ts'
import { AlertDesk } from './desk.ts'
import { ReceiverTests } from './notify/receiver-test.ts'
import { OUTBOX_LIMITS, Outbox } from './outbox/outbox.ts'
import { type Network, openNetwork } from './notify/network.ts'
import { KeptRules } from './managed/kept-rules.ts'
import { LiveManagedRules } from './managed/managed-rules.ts'
import { previewRule } from './managed/preview.ts'
import type { Integration } from './notify/outcome.ts'
import type { RoutingContext } from './notify/kind.ts'
import type { Alerting, AlertingOptions, AlertingSetup } from './options.ts'
import { RuleAlerts } from './rule-alerts.ts'
import { AlertStore } from './route/alert-store.ts'
import { DEFAULT_ROUTING, type Routing, parseRouting } from './route/config.ts'
import { Dispatcher, type TurnOrder } from './route/dispatcher.ts'
import { matcherModeOf, matcherReading } from './route/matcher-mode.ts'
import { LiveRouting } from './route/routing-views.ts'
import type { RoutingViews } from './route/views.ts'
import { type RuleGroup, parseRuleFile, parseRuleGroups } from './rules/config.ts'
import type { Duty } from './rules/duty.ts'
import { EVALUATION_INTERVAL_MS, type GroupContext, LiveGroup, groupKey } from './rules/group.ts'
import { RuleStates } from './rules/shared-states.ts'
import { DEFAULT_NO_DATA } from './rules/no-data.ts'
import { holdAfterStart } from './rules/hold.ts'
import { watchdogGroups } from './rules/watchdog.ts'
import type { AlertsView, GroupFigures, RuleGroupsView } from './rules/view.ts'
import { StoredSilences } from './silence/silences.ts'
import { AlertingEvents, type AlertingLog } from './telemetry.ts'

const RESEND_DELAY_MS = 60_000
const COLLECT_EVERY_MS = 30 * 60_000

/**
 * Starts rules and notifications. Order of trust: the outbox first (what was promised goes out),
 * then routing, then the rules that feed it.
 *
 * @throws {WeirError} `RULES_INVALID`, `ALERTMANAGER_CONFIG_INVALID`
 */
export async function startAlerting(options: AlertingOptions): Promise<Alerting> {
  const network = options.fetch === undefined ? openNetwork() : undefined
  const { clock, pictures } = options
  const post: RoutingContext = {
    fetch: options.fetch ?? network!.fetch,
    clock,
    ...(pictures === undefined ? {} : { pictures }),
  }
  try {
    const events = new AlertingEvents(options.telemetry)
    const { store, peers } = options
    const cluster = peers && (await Cluster.open({ ...peers, store, clock, events }))
    const engine = new Engine(
      options,
      { post, network, events, cluster },
      readSetup(options, post, options.telemetry.log),
    )
    await engine.start()
    return engine
  } catch (cause) {
    await network?.close()
    throw cause
  }
}

/** A setup, checked as a whole before anything is touched. */
interface CheckedSetup {
  readonly setup: AlertingSetup
  readonly groups: readonly RuleGroup[]
  readonly routing: Routing
}

function readSetup(setup: AlertingSetup, post: RoutingContext, log: AlertingLog): CheckedSetup {
  const groups = [
    ...(setup.ruleFiles ?? []).flatMap((file) => parseRuleFile(file, setup.features)),
    ...parseRuleGroups(setup.groups ?? [], setup.features),
  ]
  const reading = matcherReading(setup.features, log)
  const { strictCompat } = setup
  const context = strictCompat === undefined ? post : { ...post, strictCompat }
  const routing =
    setup.config === undefined ? DEFAULT_ROUTING : parseRouting(setup.config, context, reading)
  return { setup, groups, routing }
}

interface EngineParts {
  readonly post: RoutingContext
  readonly network: Network | undefined
  readonly events: AlertingEvents
  readonly cluster: Cluster | undefined
}

class Engine implements Alerting {
  readonly routing: RoutingViews
  readonly managedRules: LiveManagedRules
  readonly #options: AlertingOptions
  readonly #post: RoutingContext
  readonly #network: Network | undefined
  readonly #events: AlertingEvents
  readonly #cluster: Cluster | undefined
  readonly #outbox: Outbox
  readonly #alerts: AlertStore
  readonly silences: StoredSilences
  readonly receiverTests: ReceiverTests
  readonly #desk: AlertDesk
  readonly #dispatcher: Dispatcher
  readonly #ruleAlerts: RuleAlerts
  readonly #stop = new AbortController()
  readonly #externalUrl: string
  #checked: CheckedSetup
  #groups = new Map<string, LiveGroup>()
  #collecting: Promise<void> | undefined
  #reloading: Promise<void> = Promise.resolve()
  /** Whether the groups are evaluated here: always, unless a lease says whose turn it is. */
  #isOnDuty: boolean
  /** While what belongs to a lease that is over is being put away: which one. */
  #resting: object | undefined
  readonly #states: RuleStates

  constructor(
    options: AlertingOptions,
    { post, network, events, cluster }: EngineParts,
    checked: CheckedSetup,
  ) {
    const { store, clock } = options
    this.#options = options
    this.#post = post
    this.#network = network
    this.#checked = checked
    this.#externalUrl = options.externalUrl.replace(/\/+$/, '')
    this.#events = events
    this.#cluster = cluster
    this.#isOnDuty = cluster?.hasLease !== true && options.evaluatesRules !== false
    this.#states = new RuleStates({
      store,
      followed: (keys) => void this.#inTurn(async () => this.#follow(keys)),
      refused: () => events.peerRecordRefused('rules'),
    })
    this.#outbox = new Outbox({
      store,
      clock,
      events: this.#events,
      integrationOf: ({ receiver, kind, index }) => this.#integration(receiver, kind, index),
      watch: { concluded: (...what) => this.#desk.outboxWatch.concluded(...what) },
      endOf: (print) => this.#alerts.get(print)?.endsAtMs,
      giveUpAfterMs: options.giveUpAfterMs ?? OUTBOX_LIMITS.giveUpAfterMs,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(cluster === undefined
        ? {}
        : {
            peers: {
              name: cluster.name,
              changed: (name) => cluster.changed(this.#outbox.shared!, name),
              mayTell: () => !this.#isInDoubt,
            },
          }),
    })
    this.silences = new StoredSilences({
      store,
      clock,
      events: this.#events,
      mode: () => matcherModeOf(this.#checked.setup.features),
      changed: (id) => cluster?.changed(this.silences, id),
      ...(options.limits?.silences === undefined ? {} : { limits: options.limits.silences }),
    })
    this.#alerts = new AlertStore(store, options.limits)
    this.#desk = new AlertDesk({
      store,
      clock,
      events: this.#events,
      silences: this.silences,
      alerts: this.#alerts,
      mode: () => matcherModeOf(this.#checked.setup.features),
      limits: options.limits ?? {},
      changed: (part, key) => cluster?.changed(part, key),
    })
    this.receiverTests = new ReceiverTests({
      clock,
      receiverOf: (name) => this.#checked.routing.receivers.get(name),
      externalUrl: this.#externalUrl,
      signal: this.#stop.signal,
    })
    this.#dispatcher = new Dispatcher(checked.routing, this.#alerts, {
      clock,
      door: this.#outbox,
      events: this.#events,
      silencer: this.silences,
      desk: this.#desk,
      externalUrl: this.#externalUrl,
      ...(cluster === undefined ? {} : { order: this.#orderOf(cluster) }),
      ...(options.limits?.groups === undefined ? {} : { groupsMax: options.limits.groups }),
      ...(options.limits?.annotationBytes === undefined
        ? {}
        : { annotationBytesMax: options.limits.annotationBytes }),
    })
    this.managedRules = new LiveManagedRules({
      kept: new KeptRules(store, options.limits?.keptRules),
      clock,
      loaded: () => this.#checked.groups,
      features: () => this.#checked.setup.features ?? [],
      preview: (draft, signal) => {
        const { features = [] } = this.#checked.setup
        return previewRule(draft, this.#groupContext(this.#checked.setup), { features, signal })
      },
      inTurn: (change) => this.#inTurn(change),
      apply: (note) => this.#apply(this.#checked, note),
    })
    this.#ruleAlerts = new RuleAlerts(
      this.#dispatcher,
      () => this.#checked.setup,
      cluster?.hasLease === true,
    )
    this.routing = new LiveRouting({
      clock,
      store: this.#alerts,
      dispatcher: this.#dispatcher,
      routing: () => this.#checked.routing,
    })
  }

  #integration(receiver: string, kind: string, index: number): Integration | undefined {
    const { receivers } = this.#checked.routing
    return receivers
      .get(receiver)
      ?.integrations.find((known) => known.kind === kind && known.index === index)
  }

  async start(): Promise<void> {
    this.#outbox.start()
    this.#desk.start()
    this.#meetPeers()
    // What an earlier life knew of them: who evaluates the rules now knows better.
    if (!this.#isOnDuty) await this.#alerts.forgetOfDuty()
    const specs = this.#specs(this.#checked)
    const groups = specs.map((spec) => this.#newGroup(spec, this.#checked.setup))
    const turns = groups.map(({ intervalMs }, i) => ({ intervalMs, rules: specs[i]!.rules }))
    await this.#dispatcher.regroup(this.#checked.routing, holdAfterStart(turns))
    for (const group of groups) {
      group.restore()
      this.#groups.set(group.key, group)
      if (this.#isOnDuty) group.start()
    }
    this.#collecting = this.#collect().catch((cause: unknown) => {
      if (!this.#stop.signal.aborted) throw cause
    })
  }

  #meetPeers(): void {
    const cluster = this.#cluster
    if (cluster === undefined) return
    cluster.share(this.#outbox.shared!)
    cluster.share(this.silences)
    cluster.share(this.#desk.marks.part)
    cluster.share(this.#desk.maintenance.part)
    if (cluster.hasLease) cluster.share(this.#states)
    void this.#goOnOnceSettled(cluster)
    cluster.start()
  }

  async #goOnOnceSettled(cluster: Cluster): Promise<void> {
    await cluster.settled
    this.#outbox.release()
    this.#dispatcher.goOn()
    cluster.standForLease({
      gained: (term, gapMs) => {
        this.#events.leaseGained(term)
        void this.#inTurn(async () => this.#begin(gapMs))
      },
      lost: (term) => {
        this.#events.leaseLost(term)
        void this.#inTurn(() => this.#rest())
      },
    })
  }

  /**
   * The lease is over, by some clock, and that has not had its consequences yet: a process that stood still for
   * a while wakes like that. Another Weir may evaluate and tell by now, so nobody is told anything from here.
   */
  get #isInDoubt(): boolean {
    const cluster = this.#cluster
    if (cluster?.hasLease !== true) return false
    return this.#resting !== undefined || (this.#isOnDuty && !cluster.isOnDuty)
  }

  #orderOf(cluster: Cluster): TurnOrder {
    const isSettled = (): boolean => cluster.isSettled && !this.#isInDoubt
    return {
      get isSettled() {
        return isSettled()
      },
      waitMs: () => cluster.waitMs(),
    }
  }

  /** The rules are evaluated here from now on. */
  #begin(gapMs: number | undefined): void {
    if (this.#stop.signal.aborted || this.#cluster?.isOnDuty !== true) return
    this.#isOnDuty = true
    for (const key of this.#groups.keys()) this.#renew(key, gapMs)
    for (const group of this.#groups.values()) group.start()
  }

  /** Another Weir evaluates the rules: their alerts are told there, and do not end here. */
  async #rest(): Promise<void> {
    if (this.#stop.signal.aborted || !this.#isOnDuty) return
    const resting = (this.#resting = {})
    this.#isOnDuty = false
    await Promise.all([...this.#groups.values()].map((group) => group.stop()))
    for (const key of this.#groups.keys()) this.#renew(key, 0)
    try {
      await this.#alerts.forgetOfDuty()
    } catch (cause) {
      this.#events.storeFailed('alerts', String(cause)) // the next start tries again
    }
    await this.#dispatcher.regroup(this.#checked.routing)
    void this.#tellAgain(resting)
  }

  /** What waits here to be told may have been told by the one who evaluates now: that is heard first. */
  async #tellAgain(resting: object): Promise<void> {
    await this.#cluster?.catchUp()
    if (this.#resting !== resting) return
    this.#resting = undefined
    this.#outbox.release()
    this.#dispatcher.goOn()
  }

  /** What the Weir that evaluates the rules says of their alerts, to be seen here too. */
  #follow(keys: readonly string[]): void {
    if (this.#isOnDuty || this.#stop.signal.aborted) return
    for (const key of keys) if (this.#groups.has(key)) this.#renew(key, 0)
  }

  /** In place of a group that is not evaluated now: one with the state that is on disk. */
  #renew(key: string, gapMs: number | undefined): void {
    const before = this.#groups.get(key)!
    before.drop()
    const group = this.#newGroup(before.spec, this.#checked.setup)
    group.restore(gapMs)
    this.#groups.set(key, group)
  }

  get peers(): Peers {
    return this.#cluster ?? NO_PEERS
  }

  /** The groups to evaluate: without rules that are off, with those kept here and the dead man's switch. */
  #specs({ setup, groups, routing }: CheckedSetup): RuleGroup[] {
    const inForce = this.managedRules.inForce(groups)
    return setup.watchdog === false
      ? inForce
      : [...inForce, ...watchdogGroups(routing.root, inForce)]
  }

  #newGroup(spec: RuleGroup, setup: AlertingSetup): LiveGroup {
    return new LiveGroup(spec, this.#groupContext(setup))
  }

  #groupContext(setup: AlertingSetup): GroupContext {
    const { query, queries, logQuery, appender, store, clock, resendDelayMs } = this.#options
    return {
      query,
      ...(queries === undefined ? {} : { queries }),
      ...(logQuery === undefined ? {} : { logQuery }),
      appender,
      store,
      clock,
      sink: this.#ruleAlerts,
      events: this.#events,
      externalUrl: this.#externalUrl,
      externalLabels: setup.externalLabels ?? Labels.EMPTY,
      evaluationIntervalMs: setup.evaluationIntervalMs ?? EVALUATION_INTERVAL_MS,
      queryOffsetMs: setup.queryOffsetMs ?? 0,
      resendDelayMs: resendDelayMs ?? RESEND_DELAY_MS,
      noData: setup.noData ?? DEFAULT_NO_DATA,
      ...(this.#duty === undefined ? {} : { duty: this.#duty }),
    }
  }

  get #duty(): Duty | undefined {
    const cluster = this.#cluster
    if (cluster?.hasLease !== true) return undefined
    return {
      get isOnDuty() {
        return cluster.isOnDuty
      },
      get term() {
        return cluster.term
      },
      kept: (key) => cluster.changed(this.#states, key),
    }
  }

  async receive(alerts: readonly Alert[]): Promise<void> {
    await this.#dispatcher.receive(alerts)
  }

  ruleGroups(): RuleGroupsView {
    const groups = [...this.#groups.values()].map((group) => group.view())
    return { groups: groups.toSorted((a, b) => compare(a.file, b.file) || compare(a.name, b.name)) }
  }

  groupFigures(): GroupFigures[] {
    return [...this.#groups.values()].map((group) => group.figures())
  }

  alerts(): AlertsView {
    const rules = this.ruleGroups().groups.flatMap((group) => group.rules)
    return { alerts: rules.flatMap((rule) => (rule.type === 'alerting' ? rule.alerts : [])) }
  }

  get outbox(): Outbox {
    return this.#outbox
  }

  get history(): AlertDesk['history'] {
    return this.#desk.history
  }

  get marks(): AlertDesk['marks'] {
    return this.#desk.marks
  }

  get maintenance(): AlertDesk['maintenance'] {
    return this.#desk.maintenance
  }

  receivers(): string[] {
    return [...this.#checked.routing.receivers.keys()]
  }

  reload(setup: AlertingSetup): Promise<void> {
    return this.#inTurn(async () => {
      const checked = readSetup(setup, this.#post, this.#options.telemetry.log) // throws before anything is changed
      await this.#apply(checked, undefined)
    })
  }

  /** One change of the rules at a time. */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const mine = this.#reloading.then(change)
    this.#reloading = mine.then(
      () => undefined,
      () => undefined,
    )
    return mine
  }

  /** @param note why alerts of rules that leave end now; undefined lets them time out */
  async #apply(read: CheckedSetup, note: string | undefined): Promise<void> {
    const { setup } = read
    const old = this.#checked
    const isSameRouting = old.routing.sources === read.routing.sources
    const checked = isSameRouting ? { ...read, routing: old.routing } : read
    this.#checked = checked
    if (!isSameRouting) await this.#dispatcher.regroup(checked.routing)
    const isSame = sameDefaults(old.setup, setup)
    const before = this.#groups
    const after = new Map<string, LiveGroup>()
    for (const spec of this.#specs(checked)) {
      const known = before.get(groupKey(spec))
      const keeps = known !== undefined && isSame && sameSpec(known.spec, spec)
      after.set(groupKey(spec), keeps ? known : this.#newGroup(spec, setup))
    }
    const leaving = [...before].filter(([key, group]) => after.get(key) !== group)
    await Promise.all(leaving.map(([, group]) => group.stop()))
    this.#groups = after
    const starting = [...after].filter(([key, group]) => before.get(key) !== group)
    for (const [key, group] of starting) {
      const known = before.get(key)
      if (known === undefined) group.restore()
      else group.takeOver(known)
    }
    if (!this.#isOnDuty) return
    // All at once: their last samples are committed together.
    await Promise.all([
      ...starting.map(([, group]) => group.endLeft(note)),
      ...leaving.filter(([key]) => !after.has(key)).map(([, group]) => group.forget(note)),
    ])
    for (const [, group] of starting) group.start()
  }

  async #collect(): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      await clock.sleep(COLLECT_EVERY_MS, this.#stop.signal)
      try {
        await this.#dispatcher.collect(clock.now() - COLLECT_EVERY_MS)
        await this.#outbox.collect()
        await this.silences.collect()
        await this.#desk.collect()
      } catch (cause) {
        this.#events.storeFailed('alerts', String(cause)) // the next round tries again
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('alerting stopped'))
    await this.#collecting
    await Promise.all([...this.#groups.values()].map((group) => group.stop()))
    await this.#dispatcher[Symbol.asyncDispose]()
    await this.#cluster?.[Symbol.asyncDispose]()
    await this.#outbox[Symbol.asyncDispose]()
    await this.#desk[Symbol.asyncDispose]()
    await this.#network?.close()
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function sameDefaults(a: AlertingSetup, b: AlertingSetup): boolean {
  return (
    a.evaluationIntervalMs === b.evaluationIntervalMs &&
    a.queryOffsetMs === b.queryOffsetMs &&
    a.noData?.mode === b.noData?.mode &&
    a.noData?.forMs === b.noData?.forMs &&
    (a.externalLabels ?? Labels.EMPTY).equals(b.externalLabels ?? Labels.EMPTY)
  )
}

function sameSpec(a: RuleGroup, b: RuleGroup): boolean {
  return specText(a) === specText(b)
}

function specText(spec: RuleGroup): string {
  return JSON.stringify(spec, (_, value: unknown) => {
    if (value instanceof Map)
      return [...(value as ReadonlyMap<string, { readonly text: string }>)].map(
        ([name, { text }]) => [name, text],
      )
    if (value instanceof Set) return [...(value as ReadonlySet<string>)]
    return value
  })
}
