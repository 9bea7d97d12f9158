import { type Json, number, text } from '../json.ts'

/** An axis of an old graph, as properties of the fields that are drawn against it. */
export function axisProperties(
  axis: Json,
): readonly { readonly id: string; readonly value: unknown }[] {
  const { format, decimals, label, min, max, logBase, show } = axis
  const base = number(logBase) ?? 1
  const found = [
    { id: 'unit', value: text(format) || undefined },
    { id: 'decimals', value: number(decimals) },
    { id: 'min', value: number(min) },
    { id: 'max', value: number(max) },
    { id: 'custom.axisLabel', value: text(label) || undefined },
    { id: 'custom.axisPlacement', value: show === false ? 'hidden' : undefined },
    {
      id: 'custom.scaleDistribution',
      value: base === 1 ? undefined : { type: 'log', log: base === 2 ? 2 : 10 },
    },
  ]
  return found.filter(({ value }) => value !== undefined)
}
