import type { LoggerNode, LoggerRegistry } from '../levels/logger-registry.ts'
import { LEVEL, parseLevel } from '../logging/level.ts'
import { sharedState } from '../logging/shared-state.ts'
import { firstText } from './foreign-log.ts'
import { levelOfPino } from './pino-transport.ts'

/** What is used of a pino logger. */
export interface PinoLogger {
  level: string
  readonly levels: { readonly values: Readonly<Record<string, number>> }
  bindings(): Readonly<Record<string, unknown>>
  // pino's own types of listeners and children say more than is used here.
  on(event: 'level-change', listener: never): unknown
  removeListener(event: 'level-change', listener: never): unknown
  onChild: (child: never) => void
}

export interface FollowPinoOptions {
  /** Its name in the list of loggers; its binding `logger` or `name` unless told, else `pino`. */
  readonly name?: string
}

/** A child's binding that names it: it has a level of its own in the list. */
const CHILD_NAMES = ['logger', 'name', 'module', 'component']

/**
 * Lists a pino logger, and the children it will have, among the loggers of this process, and sets their
 * levels as run-time overrides and the actuator's endpoint say. What the program itself sets meanwhile
 * counts afterwards. Children that exist already are followed by a call of their own.
 *
 * @returns what ends it; levels are as the program set them then
 */
export function followLevels(logger: PinoLogger, options: FollowPinoOptions = {}): () => void {
  const name = options.name ?? firstText(logger.bindings(), ['logger', 'name']) ?? 'pino'
  const family = new PinoFamily(logger, sharedState().registry)
  family.follow(logger, name)
  return () => family.end()
}

/** A logger and its children: pino tells of all of them to the listeners of the first. */
class PinoFamily {
  readonly #root: PinoLogger
  readonly #registry: LoggerRegistry
  readonly #members = new WeakMap<PinoLogger, Member>()
  /** Members are held weakly: a child for each request must be able to go. */
  readonly #gone = new FinalizationRegistry<() => void>((stop) => stop())
  readonly #stops = new Set<() => void>()
  readonly #ownOnChild: PinoLogger['onChild']
  readonly #onLevel = (...args: unknown[]): void => {
    const [label, , , , instance] = args
    this.#members.get(instance as PinoLogger)?.changed(String(label))
  }

  constructor(root: PinoLogger, registry: LoggerRegistry) {
    this.#root = root
    this.#registry = registry
    this.#ownOnChild = root.onChild
    root.on('level-change', this.#onLevel as never)
    root.onChild = (child: PinoLogger): void => {
      ;(this.#ownOnChild as (child: PinoLogger) => void)(child)
      this.#onChild(child)
    }
  }

  #onChild(child: PinoLogger): void {
    const parent = this.#memberAbove(child)
    if (parent === undefined) return
    const name = firstText(child.bindings(), CHILD_NAMES)
    const isNamed = name !== undefined && name !== parent.bound
    this.follow(child, isNamed ? `${parent.node.name}.${name}` : parent.node.name, parent)
  }

  /** pino makes a child from its parent by prototype. */
  #memberAbove(child: PinoLogger): Member | undefined {
    let above: unknown = Object.getPrototypeOf(child)
    while (typeof above === 'object' && above !== null) {
      const member = this.#members.get(above as PinoLogger)
      if (member !== undefined) return member
      above = Object.getPrototypeOf(above)
    }
    return undefined
  }

  follow(logger: PinoLogger, name: string, parent?: Member): void {
    const node = this.#registry.node(name)
    // A child that was made while an override holds begins at the level that the override set.
    const isParents = parent !== undefined && logger.level === parent.shownLevel
    const ownLevel = isParents ? parent.ownLevel : logger.level
    const member = new Member(logger, this.#registry, node, ownLevel)
    this.#members.set(logger, member)
    if (node !== parent?.node || !isParents) {
      this.#registry.configure(name, levelOfLabel(logger, ownLevel))
    }
    const stopFollowing = this.#registry.follow(node, () => member.apply())
    const stop = (): void => {
      stopFollowing()
      member.restore()
      this.#stops.delete(stop)
    }
    this.#stops.add(stop)
    this.#gone.register(logger, stop)
  }

  end(): void {
    this.#root.removeListener('level-change', this.#onLevel as never)
    this.#root.onChild = this.#ownOnChild
    for (const stop of this.#stops) stop()
  }
}

class Member {
  readonly node: LoggerNode
  /** The level that the program set. */
  ownLevel: string
  /** The name in its bindings, by which children that add none are known as the same. */
  readonly bound: string | undefined
  readonly #logger: WeakRef<PinoLogger>
  readonly #registry: LoggerRegistry
  #isApplying = false

  constructor(logger: PinoLogger, registry: LoggerRegistry, node: LoggerNode, ownLevel: string) {
    this.#logger = new WeakRef(logger)
    this.#registry = registry
    this.node = node
    this.ownLevel = ownLevel
    this.bound = firstText(logger.bindings(), CHILD_NAMES)
  }

  get shownLevel(): string {
    return this.#logger.deref()?.level ?? this.ownLevel
  }

  /** The program set a level, or this class did. */
  changed(label: string): void {
    const logger = this.#logger.deref()
    if (this.#isApplying || logger === undefined) return
    this.ownLevel = label
    this.#registry.configure(this.node.name, levelOfLabel(logger, label))
    this.apply()
  }

  apply(): void {
    const logger = this.#logger.deref()
    if (logger === undefined) return
    const { threshold, override } = this.node
    const own = levelOfLabel(logger, this.ownLevel)
    // The program's own word, unless something else is wanted than it says.
    const label = threshold === own ? this.ownLevel : labelOf(logger, threshold)
    this.#set(logger, label)
    if (override !== undefined && threshold < this.node.own) this.#count(logger)
  }

  restore(): void {
    const logger = this.#logger.deref()
    if (logger !== undefined) this.#set(logger, this.ownLevel)
  }

  #set(logger: PinoLogger, label: string): void {
    this.#isApplying = true
    logger.level = label // pino puts its methods in place anew, so those that counted are gone
    this.#isApplying = false
  }

  /** Methods that only an override lets through ask first: it may be for so many records. */
  #count(logger: PinoLogger): void {
    const methods = logger as unknown as Record<string, (...args: unknown[]) => void>
    const registry = this.#registry
    const { node } = this
    for (const [label, value] of Object.entries(logger.levels.values)) {
      const level = levelOfPino(value)
      if (level >= node.own || level < node.threshold) continue
      const write = methods[label]!
      methods[label] = function counted(this: unknown, ...args: unknown[]): void {
        if (registry.admit(node, level)) write.apply(this, args)
      }
    }
  }
}

function levelOfLabel(logger: PinoLogger, label: string): number {
  if (label === 'silent') return LEVEL.OFF
  const value = logger.levels.values[label]
  return value === undefined ? (parseLevel(label) ?? LEVEL.INFO) : levelOfPino(value)
}

/** The most verbose of a logger's labels that is not below a level. */
function labelOf(logger: PinoLogger, level: number): string {
  let found: readonly [string, number] = ['silent', Number.POSITIVE_INFINITY]
  for (const [label, value] of Object.entries(logger.levels.values)) {
    if (levelOfPino(value) >= level && value < found[1]) found = [label, value]
  }
  return found[0]
}
