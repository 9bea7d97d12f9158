import { parse } from 'yaml'
import { z } from 'zod'

/** Labels as discoverers find them, name → value. */
export type FoundLabels = Readonly<Record<string, string>>

/** Targets that were found together. */
export interface TargetGroup {
  /** Tells it from the other groups of its discoverer: a newer group of the same source takes its place. */
  readonly source: string
  /** Each with `__address__` at least. None means that the group is gone. */
  readonly targets: readonly FoundLabels[]
  /** What they have in common; a target's own label of the name goes before. */
  readonly labels: FoundLabels
}

const labelMap = z.record(z.string().min(1, 'want a label name'), z.string())
const listed = z.array(
  z.strictObject({
    targets: z.array(z.string()).nullable().optional(),
    labels: labelMap.nullable().optional(),
  }),
)

/** What of a list of groups makes them one discoverer's own. */
export interface Origin {
  /** The source of the group at a place of the list. */
  readonly source: (index: number) => string
  /** A label that all get. */
  readonly labels: FoundLabels
}

/**
 * Reads `[{"targets": ["host:port"], "labels": {…}}]`, which is how files and HTTP servers list targets.
 *
 * @throws {Error} saying what is wrong and where
 */
export function groupsOfJson(text: string, origin: Origin): TargetGroup[] {
  return groupsOf(JSON.parse(text) as unknown, origin)
}

/** The same list as YAML; numbers and words are taken as they stand. */
export function groupsOfYaml(text: string, origin: Origin): TargetGroup[] {
  // Without a schema of types a value of `1.10` stays `1.10`, as Prometheus reads it.
  const read = parse(text, {
    schema: 'failsafe',
    merge: true,
    maxAliasCount: 100,
    logLevel: 'error',
  }) as unknown
  return groupsOf(nothingForEmpty(read), origin)
}

function groupsOf(given: unknown, origin: Origin): TargetGroup[] {
  const read = listed.nullable().safeParse(given)
  if (!read.success) {
    const { path, message } = read.error.issues[0]!
    const place = path.length === 0 ? '' : `[${path.map(String).join('].[')}]: `
    throw new Error(`want a list of {targets: [...], labels: {...}}: ${place}${message}`)
  }
  return (read.data ?? []).map(({ targets, labels }, index) => ({
    source: origin.source(index),
    targets: (targets ?? []).map((address) => ({ __address__: address })),
    labels: { ...labels, ...origin.labels },
  }))
}

/** An empty place in YAML without types is an empty text where a list or a map is wanted. */
function nothingForEmpty(read: unknown): unknown {
  if (read === '' || read === null) return null
  if (!Array.isArray(read)) return read
  return read.map((group: unknown) => {
    if (typeof group !== 'object' || group === null) return group
    const entries = Object.entries(group).map(([key, value]) => [key, value === '' ? null : value])
    return Object.fromEntries(entries) as unknown
  })
}
