import type { BacktestResultView, BacktestRuleView } from '@weir/packs'
import { shortTime } from '../../time/clock-text.ts'
import { cellText, variantName } from './backtest-text.ts'

/** A lane for each variant under the chart: where it is filled, something fired. */
export function Lanes(props: {
  readonly rule: BacktestRuleView
  readonly result: BacktestResultView
  readonly chosen: number
  readonly onChoose: (index: number) => void
}): React.JSX.Element {
  const { rule, result, chosen, onChoose } = props
  return (
    <div className="lanes" role="radiogroup" aria-label="Variants">
      {rule.variants.map((variant, i) => (
        <button
          // Variants have no name of their own, and their order is that of the answer.
          // oxlint-disable-next-line react/no-array-index-key
          key={i}
          type="button"
          role="radio"
          className="lane"
          aria-checked={i === chosen}
          onClick={() => onChoose(i)}
        >
          <span className="lane-name">
            {variantName(variant, rule)}
            {variant.isAsWritten ? <span className="tag">as written</span> : null}
          </span>
          <Lane busy={variant.busy} result={result} />
        </button>
      ))}
    </div>
  )
}

function Lane(props: {
  readonly busy: readonly number[]
  readonly result: BacktestResultView
}): React.JSX.Element {
  const { busy, result } = props
  const eachMs = (result.endMs - result.startMs) / busy.length
  return (
    <svg
      className="lane-plot"
      viewBox={`0 0 ${busy.length} 1`}
      preserveAspectRatio="none"
      aria-hidden
    >
      {busy.map((share, i) => {
        if (share === 0) return null
        const from = result.startMs + i * eachMs
        return (
          // Cells stand where they stand.
          // oxlint-disable-next-line react/no-array-index-key
          <rect key={i} x={i} width={1.04} height={1} opacity={0.35 + 0.65 * share}>
            <title>{`${shortTime(from)} to ${shortTime(from + eachMs)}: ${cellText(share)}`}</title>
          </rect>
        )
      })}
    </svg>
  )
}
