/** A short way to write frames down in tests. */
import { displayNameOf } from '../../field/display-name.ts'
import type { Field, Frame } from '../../frame.ts'
import { isMissing } from '../../reduce/reducers.ts'
import { column, frameOf } from '../columns.ts'

/** Columns by name; `Time` holds times, text makes text, anything else numbers. */
export function table(refId: string, columns: Readonly<Record<string, readonly unknown[]>>): Frame {
  return frameOf(
    { refId },
    Object.entries(columns).map(([name, values]) => column(name, kindOf(name, values), values)),
  )
}

function kindOf(name: string, values: readonly unknown[]): Field['type'] {
  if (name === 'Time') return 'time'
  const found = values.find((value) => value !== null)
  return typeof found === 'string' ? 'string' : typeof found === 'boolean' ? 'boolean' : 'number'
}

/** A series as a query answers it. */
export function series(
  refId: string,
  labels: Readonly<Record<string, string>>,
  samples: readonly (readonly [at: number, value: number])[],
  name = Object.values(labels).join(' '),
): Frame {
  const times = samples.map(([at]) => at)
  const values = samples.map(([, value]) => value)
  return frameOf({ refId, name }, [
    column('Time', 'time', times),
    column('Value', 'number', values, { labels, config: { displayNameFromDS: name } }),
  ])
}

/** What people would see: columns by display name, what is missing as null. */
export function seen(frames: readonly Frame[]): Record<string, unknown[]>[] {
  return frames.map((frame) =>
    Object.fromEntries(
      frame.fields.map((field) => [
        displayNameOf(field, frame),
        [...field.values].map((value) => (isMissing(value) ? null : value)),
      ]),
    ),
  )
}
