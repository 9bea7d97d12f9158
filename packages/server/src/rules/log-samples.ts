import type { QuerySample } from '@weir/alerting'
import { Labels } from '@weir/model'

/** An answer of the log query thread to an instant query, as much of it as rules read. */
interface InstantAnswer {
  readonly data:
    | { readonly resultType: 'scalar'; readonly result: Sample }
    | {
        readonly resultType: 'vector'
        readonly result: readonly {
          readonly metric: Readonly<Record<string, string>>
          readonly value: Sample
        }[]
      }
}

type Sample = readonly [seconds: number, value: string]

/** Reads it as rules do. A number comes as one sample without labels. */
export function logSamples(body: Uint8Array): QuerySample[] {
  const { data } = JSON.parse(new TextDecoder().decode(body)) as InstantAnswer
  if (data.resultType === 'scalar') {
    return [{ labels: Labels.EMPTY, value: numberOf(data.result) }]
  }
  return data.result.map(({ metric, value }) => ({
    labels: Labels.of(metric),
    value: numberOf(value),
  }))
}

function numberOf([, text]: Sample): number {
  return Number(text.replace('Inf', 'Infinity'))
}
