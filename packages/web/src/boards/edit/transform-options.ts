import { type PlacedPanel, displayNameOf, interpolate, panelFrames, withOrder } from '@weir/boards'
import type { TargetAnswer } from '../panels/panel-props.ts'
import { framesInput } from '../page/panel-questions.ts'

export type TransformOptions = Readonly<Record<string, unknown>>

/** What the panel that is edited was told last. */
export interface Told {
  readonly placed: PlacedPanel
  readonly answers: readonly TargetAnswer[]
}

/** Fields of one transformation that are listed; a query of very many series has as many. */
const NAMES_MAX = 200

/** Names of the fields that the transformation at a place gets: those before it are done. */
export function fieldNamesAt(told: Told | undefined, step: number, timeZone: string): string[] {
  if (told === undefined) return []
  const { panel, scope } = told.placed
  const before = {
    transformations: panel.transformations.slice(0, step),
    fieldConfig: { defaults: {}, overrides: [] },
  }
  const around = { text: (template: string) => interpolate(template, scope), timeZone }
  const { frames } = panelFrames(before, framesInput(told.answers), around)
  const names = frames.flatMap((frame) => frame.fields.map((field) => displayNameOf(field, frame)))
  return [...new Set(names)].slice(0, NAMES_MAX)
}

export function recordAt(options: TransformOptions, key: string): TransformOptions {
  const value = Object.hasOwn(options, key) ? options[key] : undefined
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord ? (value as TransformOptions) : {}
}

export function rowsAt(options: TransformOptions, key: string): readonly unknown[] {
  const value = options[key]
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

export function textAt(options: TransformOptions, key: string): string {
  const value = Object.hasOwn(options, key) ? options[key] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Sets one name in a record of the options; emptied, it is not in it. */
export function withRecord(
  options: TransformOptions,
  key: string,
  name: string,
  value: unknown,
): TransformOptions {
  const others = Object.entries(recordAt(options, key)).filter(([other]) => other !== name)
  const isSet = value !== undefined && value !== ''
  return { ...options, [key]: Object.fromEntries(isSet ? [...others, [name, value]] : others) }
}

/** Fields as `organize` leaves them: their order, and which are shown. */
export function organizedNames(
  options: TransformOptions,
  names: readonly string[],
): readonly { readonly name: string; readonly isShown: boolean }[] {
  const excluded = recordAt(options, 'excludeByName')
  const included = recordAt(options, 'includeByName')
  const places = recordAt(options, 'indexByName')
  const hasIncluded = Object.values(included).includes(true)
  // Those that the options name, too: a field that has no values just now is still in order.
  const known = ['excludeByName', 'indexByName', 'renameByName'].flatMap((key) =>
    Object.keys(recordAt(options, key)),
  )
  const all = [...new Set([...names, ...known])]
  const placeOf = (name: string): number => {
    const place = Object.hasOwn(places, name) ? places[name] : undefined
    return typeof place === 'number' ? place : Infinity
  }
  return all
    .toSorted((a, b) => (placeOf(a) === placeOf(b) ? 0 : placeOf(a) - placeOf(b)))
    .map((name) => ({
      name,
      isShown: excluded[name] !== true && (!hasIncluded || included[name] === true),
    }))
}

/** Hides or shows a field, also where the options list what is shown. */
export function withShown(
  options: TransformOptions,
  name: string,
  isShown: boolean,
): TransformOptions {
  const next = withRecord(options, 'excludeByName', name, isShown ? undefined : true)
  const hasIncluded = Object.values(recordAt(options, 'includeByName')).includes(true)
  return hasIncluded && isShown ? withRecord(next, 'includeByName', name, true) : next
}

/** Another order of all fields. */
export function withMoved(
  options: TransformOptions,
  order: readonly string[],
  from: number,
  to: number,
): TransformOptions {
  const next = withOrder(order, from, to)
  return { ...options, indexByName: Object.fromEntries(next.map((name, i) => [name, i])) }
}

/** Fields of `groupBy`: those that come in, and those that its options name. */
export function groupedNames(options: TransformOptions, names: readonly string[]): string[] {
  return [...new Set([...names, ...Object.keys(recordAt(options, 'fields'))])]
}
