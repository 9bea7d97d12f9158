import type { Attributes, ScopeHead } from '@weir/wire'
import type { OtlpTranslation } from './config.ts'
import { labelName } from './names.ts'

const NAMESPACE = 'service.namespace'
const NAME = 'service.name'
const INSTANCE = 'service.instance.id'
const IDENTIFYING: ReadonlySet<string> = new Set([NAMESPACE, NAME, INSTANCE])

/** What a resource and a scope give to each series of theirs, put together once. */
export interface OuterLabels {
  /** Taken where the point has no label of the name. */
  readonly promoted: ReadonlyMap<string, string>
  /** Taken whatever the point has: job, instance, those of the scope. */
  readonly fixed: ReadonlyMap<string, string>
}

/**
 * Labels of a data point: its attributes, then what resource and scope give. Two attributes that come to
 * one name are joined, in order of their own names.
 *
 * @see prometheus:storage/remote/otlptranslator/prometheusremotewrite/helper.go, createAttributes
 */
export function pointLabels(
  pairs: readonly string[],
  outer: OuterLabels,
  translation: OtlpTranslation,
): Map<string, string> {
  const labels = renamed(pairs, translation)
  // The metric's own name takes its place.
  labels.delete('__name__')
  for (const [name, value] of outer.promoted) if (!labels.has(name)) labels.set(name, value)
  for (const [name, value] of outer.fixed) labels.set(name, value)
  return labels
}

export function resourceLabels(
  pairs: readonly string[],
  translation: OtlpTranslation,
): OuterLabels {
  const { promote_all_resource_attributes: all } = translation
  const listed: ReadonlySet<string> = new Set(
    all ? translation.ignore_resource_attributes : translation.promote_resource_attributes,
  )
  const promoted = new Map<string, string>()
  for (const [name, value] of sorted(pairs)) {
    const label = labelName(name, translation)
    if (listed.has(name) !== all && !promoted.has(label)) promoted.set(label, value)
  }
  return { promoted, fixed: identity(pairs) }
}

/** With the labels of a scope, where they are wanted. */
export function scopeLabels(
  outer: OuterLabels,
  { name, version, schemaUrl, attributes }: Omit<ScopeHead, 'resource'>,
  translation: OtlpTranslation,
): OuterLabels {
  if (!translation.promote_scope_metadata) return outer
  const fixed = new Map(outer.fixed)
  for (const [key, value] of sorted(attributes.pairs)) {
    fixed.set(labelName(`otel_scope_${key}`, translation), value)
  }
  fixed.set('otel_scope_name', name)
  fixed.set('otel_scope_version', version)
  fixed.set('otel_scope_schema_url', schemaUrl)
  return { promoted: outer.promoted, fixed }
}

/**
 * Labels of `target_info`, which carries what is not on each series; undefined when it would tell
 * nothing, or nobody could join it.
 */
export function targetLabels(
  { pairs }: Attributes,
  translation: OtlpTranslation,
): Map<string, string> | undefined {
  const all = pairsOf(pairs)
  const others = all.filter(([name]) => !IDENTIFYING.has(name))
  // As Prometheus counts: each identifying attribute once, however often it is there.
  const identifying = [...IDENTIFYING].filter((name) => all.some(([other]) => other === name))
  if (all.length === identifying.length) return undefined
  const kept = translation.keep_identifying_resource_attributes ? all : others
  const labels = renamed(kept.flat(), translation)
  for (const [name, value] of identity(pairs)) labels.set(name, value)
  if (!labels.has('job') && !labels.has('instance')) return undefined
  labels.set('__name__', 'target_info')
  return labels
}

/** `job` and `instance`; the first one counts of attributes that are there twice. */
function identity(pairs: readonly string[]): Map<string, string> {
  const all = pairsOf(pairs)
  const valueOf = (name: string): string | undefined => all.find(([key]) => key === name)?.[1]
  const [namespace, name, instance] = [valueOf(NAMESPACE), valueOf(NAME), valueOf(INSTANCE)]
  const labels = new Map<string, string>()
  if (name !== undefined) {
    labels.set('job', namespace === undefined ? name : `${namespace}/${name}`)
  }
  if (instance !== undefined) labels.set('instance', instance)
  return labels
}

function renamed(pairs: readonly string[], translation: OtlpTranslation): Map<string, string> {
  const labels = new Map<string, string>()
  for (const [name, value] of sorted(pairs)) {
    const label = labelName(name, translation)
    const before = labels.get(label)
    labels.set(label, before === undefined ? value : `${before};${value}`)
  }
  return labels
}

function sorted(pairs: readonly string[]): [name: string, value: string][] {
  return pairsOf(pairs).sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
}

function pairsOf(pairs: readonly string[]): [name: string, value: string][] {
  return Array.from({ length: pairs.length / 2 }, (_, i) => [pairs[2 * i]!, pairs[2 * i + 1]!])
}
