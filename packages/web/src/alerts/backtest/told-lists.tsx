import type { BacktestNotificationsView, BacktestVariantView } from '@weir/packs'
import { useMemo, useState } from 'react'
import { seriesName, shortNames } from '../../chart/series-name.ts'
import { counted, threeDigits, whole } from '../../format/number.ts'
import { MoreButton } from '../../frame/more-button.tsx'
import { fullTime, shortTime, spanText } from '../../time/clock-text.ts'

const STEP = 14

/** What would have been sent, to whom. */
export function NotificationList(props: {
  readonly notifications: BacktestNotificationsView
  readonly of: string
}): React.JSX.Element {
  const { count, byReceiver, list } = props.notifications
  const [shown, setShown] = useState(STEP)
  const receivers = Object.entries(byReceiver).map(([name, sent]) => `${name} ${whole(sent)}`)
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>{count === 0 ? 'Nobody would have been told' : counted(count, 'notification')}</h2>
        <span className="muted">
          {props.of}
          {receivers.length === 0 ? '' : ` · ${receivers.join(', ')}`}
        </span>
      </div>
      {count === 0 ? null : (
        <div
          className="scroll"
          tabIndex={0}
          role="region"
          aria-label={`Notifications, ${props.of}`}
        >
          <table className="plain">
            <thead>
              <tr>
                <th>When</th>
                <th>Receiver</th>
                <th>State</th>
                <th className="right">Alerts</th>
                <th>Group</th>
                <th>Why then</th>
              </tr>
            </thead>
            <tbody>
              {list.slice(0, shown).map((one, i) => (
                // oxlint-disable-next-line react/no-array-index-key -- two may be the same in all that shows
                <tr key={i}>
                  <td className="num" title={fullTime(one.atMs)}>
                    {shortTime(one.atMs)}
                  </td>
                  <td>{one.receiver}</td>
                  <td className={`told-${one.status}`}>{one.status}</td>
                  <td className="right">{whole(one.alertCount)}</td>
                  <td className="long mono">{seriesName(one.groupLabels)}</td>
                  <td className="muted">{one.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Foot shown={shown} listed={list.length} count={count} onMore={setShown} />
    </section>
  )
}

/** Every alert that would have fired. */
export function FiringList(props: {
  readonly variant: BacktestVariantView
  readonly of: string
}): React.JSX.Element | null {
  const { firings, fired } = props.variant
  const [shown, setShown] = useState(STEP)
  const names = useMemo(() => shortNames(firings.map(({ labels }) => labels)), [firings])
  if (fired === 0) return null
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>{counted(fired, 'alert')}</h2>
        <span className="muted">{props.of}</span>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label={`Alerts, ${props.of}`}>
        <table className="plain">
          <thead>
            <tr>
              <th>Fired</th>
              <th className="right">For</th>
              <th className="right">Value</th>
              <th>Alert</th>
            </tr>
          </thead>
          <tbody>
            {firings.slice(0, shown).map(({ labels, firedMs, endedMs, value }, i) => (
              <tr key={`${firedMs} ${JSON.stringify(labels)}`}>
                <td className="num" title={fullTime(firedMs)}>
                  {shortTime(firedMs)}
                </td>
                <td className="right num">
                  {endedMs === null ? 'still' : spanText(endedMs - firedMs)}
                </td>
                <td className="right">{value === null ? '–' : threeDigits(value)}</td>
                <td className="long mono" title={seriesName(labels)}>
                  {names[i]}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Foot shown={shown} listed={firings.length} count={fired} onMore={setShown} />
    </section>
  )
}

function Foot(props: {
  readonly shown: number
  readonly listed: number
  readonly count: number
  readonly onMore: (shown: number) => void
}): React.JSX.Element | null {
  const { shown, listed, count, onMore } = props
  if (count <= shown) return null
  return (
    <div className="sheet-body sheet-next muted">
      <MoreButton left={listed - shown} step={10 * STEP} onMore={() => onMore(shown + 10 * STEP)} />
      {shown >= listed ? `The first ${whole(listed)} of ${whole(count)} are listed.` : null}
    </div>
  )
}
