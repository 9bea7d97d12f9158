import type { BacktestFiguresView, BacktestRuleView } from '@weir/packs'
import { whole } from '../../format/number.ts'
import { spanText } from '../../time/clock-text.ts'
import { variantName } from './backtest-text.ts'

/** The figures of all variants, one above the other. */
export function FiguresTable(props: {
  readonly rule: BacktestRuleView
  readonly chosen: number
  readonly onChoose: (index: number) => void
}): React.JSX.Element {
  const { rule, chosen, onChoose } = props
  return (
    <div className="scroll sheet-next">
      <table className="plain">
        <thead>
          <tr>
            <th>Variant</th>
            <th className="right">Fired</th>
            <th className="right">Firing</th>
            <th className="right">Longest</th>
            <th className="right" title="Alerts that were over within five minutes">
              Flaps
            </th>
            <th
              className="right"
              title="22 to 7 o'clock, with somebody told of something that fires"
            >
              Nights
            </th>
            <th className="right">Notifications</th>
            <th className="right" title="Share of flaps among the alerts">
              Noise
            </th>
          </tr>
        </thead>
        <tbody>
          {rule.variants.map((variant, i) => (
            // oxlint-disable-next-line react/no-array-index-key -- the order is that of the answer
            <tr key={i} data-chosen={i === chosen || undefined}>
              <td className="variant">
                <button type="button" className="link-button" onClick={() => onChoose(i)}>
                  {variantName(variant, rule)}
                </button>
                {variant.isAsWritten ? <span className="muted"> as written</span> : null}
              </td>
              <Figures of={variant} />
              <td className="right">
                {variant.notifications === null ? '–' : whole(variant.notifications.count)}
              </td>
              <td className="right">{variant.noise} %</td>
            </tr>
          ))}
          {rule.happened === null ? null : (
            <tr>
              <td className="muted variant">what really happened</td>
              <Figures of={rule.happened} />
              <td className="right">–</td>
              <td className="right">–</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}

function Figures({ of }: { readonly of: BacktestFiguresView }): React.JSX.Element {
  return (
    <>
      <td className="right">{whole(of.fired)}</td>
      <td className="right num">{spanText(of.firingMs)}</td>
      <td className="right num">{spanText(of.longestMs)}</td>
      <td className="right">{whole(of.flaps)}</td>
      <td className="right">{whole(of.nights)}</td>
    </>
  )
}
