import { type Clock, SYSTEM_CLOCK } from '../clock.ts'
import { LEVEL } from '../logging/level.ts'
import { matchesPattern } from './name-pattern.ts'

const ROOT = 'root'
/** Names beyond this many share the level of their nearest ancestor, so that names made of data stay harmless. */
const NODES_MAX = 10_000

/** A level that somebody set from outside, for a while. */
export interface LevelOverride {
  readonly id: string
  /** Logger names, `*` for any characters. */
  readonly pattern: string
  readonly level: number
  readonly remainingMs: number
  /** It ends earlier when it has let through this many records. */
  readonly recordsMax?: number
}

/** An override at work. */
interface ActiveOverride extends LevelOverride {
  /** Who told of it: a process may be connected to two Weirs. */
  readonly from: object
  /** On the monotonic clock. */
  readonly endsAt: number
  /** Records let through that the program's own configuration would have held back. */
  records: number
  isOver: boolean
}

/** What became of an override here. */
export interface AppliedOverride {
  readonly id: string
  readonly loggers: number
  readonly records: number
}

/** A name that loggers have, and the level that holds for them; the hot path reads `threshold` only. */
export class LoggerNode {
  readonly name: string
  readonly parent: LoggerNode | undefined
  /** What the program said for this very name. */
  configured: number | undefined
  /** What the program's configuration comes to here: of the nearest name that has one. */
  own: number = LEVEL.INFO
  /** Records below it are not written. */
  threshold: number = LEVEL.INFO
  /** Whether somebody has a logger of this name; else it is only on the way to one. */
  isUsed = false
  override: ActiveOverride | undefined
  readonly followers = new Set<(node: LoggerNode) => void>()

  constructor(name: string, parent: LoggerNode | undefined) {
    this.name = name
    this.parent = parent
  }
}

/**
 * The loggers of a process by name, in the tree that their names make (`orders.sink` and `orders/sink`
 * lie below `orders`, all below `root`), and what holds for each: the level of the nearest name that the
 * program configured, or, while one is active, the most verbose override whose pattern matches.
 */
export class LoggerRegistry {
  readonly #clock: Clock
  readonly #nodes = new Map<string, LoggerNode>()
  readonly root: LoggerNode
  #overrides: readonly ActiveOverride[] = []
  #timer: NodeJS.Timeout | undefined
  readonly #listeners = new Set<() => void>()
  /** Goes up whenever a logger comes or the level of one changes. */
  version = 1

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock
    this.root = new LoggerNode(ROOT, undefined)
    this.root.configured = LEVEL.INFO
    this.root.isUsed = true
    this.#nodes.set(ROOT, this.root)
  }

  /** The node of a name, made when nobody asked for it before. */
  node(name: string): LoggerNode {
    const node = this.#nodes.get(name === '' ? ROOT : name) ?? this.#add(name)
    if (!node.isUsed) {
      node.isUsed = true
      this.#changed()
    }
    return node
  }

  #add(name: string): LoggerNode {
    const end = Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'))
    const above = end > 0 ? name.slice(0, end) : ROOT
    let parent = this.#nodes.get(above)
    if (this.#nodes.size >= NODES_MAX) return parent ?? this.root
    parent ??= this.#depthOf(above) > 32 ? this.root : this.#add(above)
    const node = new LoggerNode(name, parent)
    this.#nodes.set(name, node)
    this.#settle(node)
    return node
  }

  #depthOf(name: string): number {
    return name.split(/[./]/).length
  }

  /** Every name that has a logger, root first, then by name. */
  used(): readonly LoggerNode[] {
    const nodes = [...this.#nodes.values()].filter((node) => node.isUsed && node !== this.root)
    return [this.root, ...nodes.sort((a, b) => (a.name < b.name ? -1 : 1))]
  }

  find(name: string): LoggerNode | undefined {
    return this.#nodes.get(name)
  }

  /** Sets what the program itself wants for a name and all below; undefined: what is above counts again. */
  configure(name: string, level: number | undefined): void {
    const node = this.#nodes.get(name === '' ? ROOT : name) ?? this.#add(name)
    const wanted = node === this.root ? (level ?? LEVEL.INFO) : level
    if (node.configured === wanted) return
    node.configured = wanted
    this.#settleAll()
  }

  /** Forgets what the program configured, but for the root. */
  clearConfigured(): void {
    for (const node of this.#nodes.values()) if (node !== this.root) node.configured = undefined
    this.#settleAll()
  }

  /** Puts these overrides in force and ends all others of the same origin. An id that is known keeps its earlier end. */
  setOverrides(from: object, overrides: readonly LevelOverride[]): void {
    const now = this.#clock.monotonic()
    const before = this.#overridesOf(from)
    const others = this.#overrides.filter((override) => override.from !== from)
    const told = overrides.map((override): ActiveOverride => {
      const known = before.find(({ id }) => id === override.id)
      const endsAt = Math.min(now + override.remainingMs, known?.endsAt ?? Number.POSITIVE_INFINITY)
      const { records = 0, isOver = false } = known ?? {}
      return { ...override, from, endsAt, records, isOver }
    })
    this.#overrides = [...others, ...told]
    this.#endDue()
  }

  #overridesOf(from: object): readonly ActiveOverride[] {
    return this.#overrides.filter((override) => override.from === from)
  }

  /** What was done with the overrides that this origin told last. */
  applied(from: object): readonly AppliedOverride[] {
    const nodes = this.used()
    return this.#overridesOf(from).map(({ id, pattern, records }) => ({
      id,
      loggers: nodes.filter(({ name }) => matchesPattern(pattern, name)).length,
      records,
    }))
  }

  /**
   * Counts a record that an override lets through and the program's configuration would not.
   *
   * @returns whether it may be written: false when the override was over already
   */
  admit(node: LoggerNode, level: number): boolean {
    const { override } = node
    if (override === undefined) return level >= node.threshold
    const { recordsMax = Number.POSITIVE_INFINITY, endsAt } = override
    if (override.records >= recordsMax || this.#clock.monotonic() >= endsAt) {
      // A program that never lets its timers run is held to the time all the same.
      this.#endDue()
      return level >= node.threshold
    }
    override.records++
    // The level goes back once this record is through: some loggers look at it again on the way.
    if (override.records >= recordsMax) setImmediate(() => this.#endDue()).unref()
    return true
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls back with each level that comes to hold for a node, at once with the present one. */
  follow(node: LoggerNode, follower: (node: LoggerNode) => void): () => void {
    node.followers.add(follower)
    follower(node)
    return () => node.followers.delete(follower)
  }

  #endDue(): void {
    const now = this.#clock.monotonic()
    let next = Number.POSITIVE_INFINITY
    for (const override of this.#overrides) {
      const { endsAt, records, recordsMax = Number.POSITIVE_INFINITY } = override
      if (now >= endsAt || records >= recordsMax) override.isOver = true
      else next = Math.min(next, endsAt)
    }
    clearTimeout(this.#timer)
    if (Number.isFinite(next)) {
      const wait = Math.min(Math.ceil(next - now), 2 ** 31 - 1)
      this.#timer = setTimeout(() => this.#endDue(), wait)
      this.#timer.unref()
    }
    this.#settleAll()
  }

  #settleAll(): void {
    let isDifferent = false
    // A node is made after its parent, and a Map keeps that order.
    for (const node of this.#nodes.values()) isDifferent = this.#settle(node) || isDifferent
    if (isDifferent) this.#changed()
  }

  #settle(node: LoggerNode): boolean {
    const own = node.configured ?? node.parent?.own ?? LEVEL.INFO
    const override = this.#overrides
      .filter(({ isOver, pattern }) => !isOver && matchesPattern(pattern, node.name))
      .reduce<ActiveOverride | undefined>((a, b) => (a && a.level <= b.level ? a : b), undefined)
    const threshold = override?.level ?? own
    const isDifferent = own !== node.own || threshold !== node.threshold
    const isOther = override !== node.override
    node.own = own
    node.threshold = threshold
    node.override = override
    if (isDifferent || isOther) for (const follower of node.followers) follower(node)
    return isDifferent
  }

  #changed(): void {
    this.version++
    for (const listener of this.#listeners) listener()
  }
}
