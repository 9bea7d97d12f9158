import { IconAlertTriangle, IconPlayerPause } from '@tabler/icons-react'
import { useState } from 'react'
import { type RuleDeed, type RuleRow, doToRule, putRule } from '../../api/rules.ts'
import { MoreButton } from '../../frame/more-button.tsx'
import { agoText, fullTime } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { RuleButton } from './rule-button.tsx'
import { nameOf } from './rule-lines.ts'

const STEP = 50

/** Rules that are not evaluated, and why; nothing at all when there are none. */
export function OffRules(props: {
  readonly rows: readonly RuleRow[]
  readonly onEdit: (row: RuleRow) => void
  readonly onDeed: (row: RuleRow, deed: RuleDeed) => void
}): React.JSX.Element | null {
  const { rows, onEdit, onDeed } = props
  const [count, setCount] = useState(STEP)
  if (rows.length === 0) return null
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Not evaluated</h2>
      </div>
      {rows.slice(0, count).map((row) => (
        <div className="alert" key={row.id}>
          <span className="health" data-health={row.problem === '' ? 'silent' : 'failing'}>
            {row.problem === '' ? (
              <IconPlayerPause size={15} aria-hidden />
            ) : (
              <IconAlertTriangle size={15} aria-hidden />
            )}
            {row.problem !== '' ? 'Broken' : row.off === null ? 'Replaced' : 'Off'}
          </span>
          <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
            <b style={{ fontWeight: 600 }}>{nameOf(row)}</b>{' '}
            <span className="muted">
              {row.origin === 'page' ? row.group : `${row.group}, ${row.file}`}
              {row.origin === 'gone' ? ', which has it no more' : ''}
            </span>
            <div className="muted">{whyOff(row)}</div>
            {row.problem === '' ? null : (
              <div className="note" data-tone="error">
                {row.problem}
              </div>
            )}
          </div>
          <div
            style={{ display: 'flex', gap: 12, fontSize: 13, alignItems: 'start' }}
            title={row.off === null ? undefined : fullTime(row.off.atMs)}
          >
            {row.off === null ? null : (
              <RuleButton
                to={doToRule}
                what={row.origin === 'gone' ? 'Forget' : 'Switch on'}
                name={nameOf(row)}
                onClick={() => onDeed(row, 'on')}
              />
            )}
            {row.origin === 'page' ? (
              <>
                <RuleButton
                  to={putRule}
                  what="Change"
                  name={nameOf(row)}
                  onClick={() => onEdit(row)}
                />
                <RuleButton
                  to={doToRule}
                  what="Delete"
                  name={nameOf(row)}
                  onClick={() => onDeed(row, 'delete')}
                />
              </>
            ) : null}
          </div>
        </div>
      ))}
      <div style={{ textAlign: 'center', padding: rows.length > count ? 10 : 0 }}>
        <MoreButton left={rows.length - count} step={STEP} onMore={() => setCount(count + STEP)} />
      </div>
    </section>
  )
}

function whyOff({ off, replacedBy }: RuleRow): string {
  if (off !== null) {
    const why = off.reason === '' ? '' : `: ${off.reason}`
    return `switched off by ${off.author} ${agoText(off.atMs, serverNow())}${why}`
  }
  return replacedBy === null ? '' : `"${replacedBy}", made here, stands in for it`
}
