import type { Tip } from './tip.ts'

/** The values under the crosshair, beside it on the side with more room. */
export function TipBox(props: {
  readonly tip: Tip
  readonly left: number
  readonly of: number
  /** Read out: the crosshair is moved by keys. */
  readonly isSpoken: boolean
}): React.JSX.Element {
  const { tip, left, of, isSpoken } = props
  const place = left > of / 2 ? { right: of - left + 14 } : { left: left + 14 }
  return (
    <div
      className="chart-tip"
      style={place}
      {...(isSpoken ? { role: 'status' } : { 'aria-hidden': true })}
    >
      <div className="muted">{tip.when}</div>
      {tip.marks.map(({ title, text, color }, i) => (
        <div key={i} className="tip-mark" style={{ borderColor: color }}>
          <b>{title}</b>
          {text === '' ? null : <span>{text}</span>}
        </div>
      ))}
      {tip.rows.map(({ name, color, text, isPointed }, i) => (
        <div key={i} className="tip-row" data-pointed={isPointed ? '' : undefined}>
          <i style={{ background: color }} />
          <span>{name}</span>
          <b>{text}</b>
        </div>
      ))}
      {tip.more > 0 ? <div className="muted">and {tip.more} more</div> : null}
      {tip.exemplars.map((text) => (
        <div key={text} className="tip-mark">
          {text}
        </div>
      ))}
    </div>
  )
}
