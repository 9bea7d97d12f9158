import { columns } from './columns.ts'

interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

/** What `/api/v1/query` answers. */
export interface Reply {
  readonly status: string
  readonly error?: string
  readonly warnings?: readonly string[]
  readonly data?: {
    readonly resultType: string
    readonly result: readonly Sample[] | readonly [number, string]
  }
}

/** A good answer for people: a line a series, a line a sample of ranges. */
export function showReply({ data }: Reply): string[] {
  if (data === undefined) return []
  const { resultType, result } = data
  if (resultType === 'scalar' || resultType === 'string')
    return [(result as readonly [number, string])[1]]
  const series = result as readonly Sample[]
  if (resultType === 'matrix') return series.flatMap(showRange)
  return columns(
    series.map(({ metric, value }) => [seriesName(metric), value?.[1] ?? '']),
    { gap: ' ' },
  )
}

function showRange({ metric, values = [] }: Sample): string[] {
  return [
    seriesName(metric),
    ...columns(
      values.map(([time, value]) => [new Date(time * 1000).toISOString(), value]),
      { indent: '  ' },
    ),
  ]
}

function seriesName({ __name__: name = '', ...labels }: Readonly<Record<string, string>>): string {
  const inside = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return inside.length === 0 && name !== '' ? name : `${name}{${inside.join(', ')}}`
}
