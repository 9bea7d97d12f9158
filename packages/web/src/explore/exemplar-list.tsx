import { compact } from '../format/number.ts'
import { fullTime } from '../time/clock-text.ts'
import { seriesName } from '../chart/series-name.ts'
import type { Exemplar } from './exemplars.ts'

const SHOWN = 10

/** The newest exemplars of what was asked, with the labels that lead to their traces. */
export function ExemplarList(props: {
  readonly exemplars: readonly Exemplar[]
}): React.JSX.Element | null {
  const { exemplars } = props
  if (exemplars.length === 0) return null
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Exemplars</h2>
        <span className="muted">
          {exemplars.length > SHOWN ? `the newest ${SHOWN} of ${exemplars.length}` : ''}
        </span>
      </div>
      <div className="scroll" role="region" aria-label="Exemplars" tabIndex={0}>
        <table className="plain">
          <tbody>
            {exemplars.slice(0, SHOWN).map((one) => (
              <tr key={`${one.at} ${seriesName(one.series)} ${seriesName(one.labels)}`}>
                <td className="num">{fullTime(one.at * 1000)}</td>
                <td className="right num">{compact(one.value)}</td>
                <td className="mono">{seriesName(one.labels)}</td>
                <td className="mono muted">{seriesName(one.series)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
