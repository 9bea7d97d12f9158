import type { HistogramValue } from '../api/prometheus.ts'
import { compact } from '../format/number.ts'

/** Brackets by a bucket's rule: which of its ends it holds. */
const OPENING = ['(', '[', '(', '['] as const
const CLOSING = [']', ')', ')', ']'] as const

/** One native histogram: what it counts and sums up to, and a bar a bucket. */
export function BucketTable(props: { readonly histogram: HistogramValue }): React.JSX.Element {
  const { count, sum, buckets = [] } = props.histogram
  const most = buckets.reduce((max, [, , , each]) => Math.max(max, Number(each)), 0)
  return (
    <div className="buckets">
      <div>
        count {count} · sum {sum}
      </div>
      {buckets.map(([rule, lower, upper, each]) => (
        <div key={lower} className="bucket">
          <span>
            {OPENING[rule]}
            {shortBound(lower)}, {shortBound(upper)}
            {CLOSING[rule]}
          </span>
          <i style={{ width: `${(Number(each) / most) * 100}%` }} />
          <span>{compact(Number(each))}</span>
        </div>
      ))}
    </div>
  )
}

/** Bounds are powers of fractions: 17 digits that nobody reads. */
function shortBound(text: string): string {
  const value = Number(text)
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : text
}
