import { Link } from '@tanstack/react-router'
import type { AlertInstance, RuleGroup } from '../../api/prometheus.ts'
import { type RuleDeed, type RuleRow, doToRule, putRule } from '../../api/rules.ts'
import { compact } from '../../format/number.ts'
import { AlertLine, AlertStateMark } from '../../frame/alert-line.tsx'
import { agoText, spanText } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { isBeat } from '../rule-filter.ts'
import { additionsText } from './rule-lines.ts'
import { RuleButton } from './rule-button.tsx'

type AlertingRule = Extract<RuleGroup['rules'][number], { readonly type: 'alerting' }>

interface RuleActions {
  readonly onEdit: (row: RuleRow) => void
  readonly onDeed: (row: RuleRow, deed: RuleDeed) => void
}

/** The alerting rules of a group, each with its alerts. */
export function RuleGroupSheet(
  props: RuleActions & {
    readonly group: RuleGroup
    readonly rowOf: (rule: AlertingRule) => RuleRow | undefined
  },
): React.JSX.Element {
  const { group, rowOf, ...actions } = props
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>{group.name}</h2>
        <span className="muted" style={{ overflowWrap: 'anywhere' }}>
          {group.file === 'page' ? 'made here' : group.file} · every {group.interval} s
        </span>
      </div>
      {group.rules.map((rule, i) =>
        rule.type === 'recording' ? null : (
          // Two rules may be the same in all that shows.
          // oxlint-disable-next-line react/no-array-index-key
          <AlertingRuleLines
            key={`${rule.name} ${i}`}
            rule={rule}
            group={group}
            row={rowOf(rule)}
            {...actions}
          />
        ),
      )}
    </section>
  )
}

function AlertingRuleLines(
  props: RuleActions & {
    readonly rule: AlertingRule
    readonly group: RuleGroup
    readonly row: RuleRow | undefined
  },
): React.JSX.Element {
  const { rule, group, row, onEdit, onDeed } = props
  const isQuiet = rule.alerts.length === 0
  return (
    <>
      {rule.alerts.map((alert) => (
        <AlertLine
          key={JSON.stringify(alert.labels)}
          state={isBeat(alert) ? 'beats' : alert.state}
          name={rule.name}
          summary={alert.annotations['summary'] ?? alert.annotations['description'] ?? ''}
          labels={alert.labels}
          sinceMs={Date.parse(alert.activeAt)}
          runbookUrl={alert.annotations['runbook_url'] ?? ''}
          value={compact(Number(alert.value))}
          mark={markOf(alert)}
          linked
        />
      ))}
      <div className="alert" data-foot={isQuiet ? undefined : true}>
        {isQuiet ? <AlertStateMark state="inactive" /> : <span />}
        <div style={{ minWidth: 0 }}>
          {isQuiet ? <b style={{ fontWeight: 600 }}>{rule.name}</b> : null}
          <div className="mono muted" style={{ overflowWrap: 'anywhere' }}>
            {rule.query}
          </div>
          {row === undefined ? null : <Additions row={row} />}
          <Provenance row={row} />
          {rule.health === 'err' ? (
            <div className="note" data-tone="error">
              {rule.lastError}
            </div>
          ) : null}
        </div>
        <div style={{ fontSize: 13, textAlign: 'right' }}>
          <span className="muted">
            {rule.duration > 0 ? `for ${spanText(rule.duration * 1000)}` : 'at once'}
          </span>
          <div style={{ display: 'flex', gap: 12, justifyContent: 'flex-end', flexWrap: 'wrap' }}>
            {rule.source === 'logs' ? (
              <Link to="/logs" search={{ query: rule.query }}>
                Logs
              </Link>
            ) : (
              <>
                <Link to="/explore" search={{ expr: rule.query, tab: 'table' }}>
                  Explore
                </Link>
                <Link
                  to="/alerts"
                  search={{ tab: 'backtest', rule: rule.name, group: group.name, file: group.file }}
                  aria-label={`Backtest ${rule.name}`}
                >
                  Backtest
                </Link>
              </>
            )}
            {row === undefined ? null : (
              <>
                <RuleButton
                  to={putRule}
                  what="Change"
                  name={rule.name}
                  onClick={() => onEdit(row)}
                />
                <RuleButton
                  to={doToRule}
                  what="Switch off"
                  name={rule.name}
                  onClick={() => onDeed(row, 'off')}
                />
              </>
            )}
          </div>
        </div>
      </div>
    </>
  )
}

/** What it says besides its expression. */
function Additions({ row }: { readonly row: RuleRow }): React.JSX.Element | null {
  const texts = additionsText(row.rule)
  if (texts.length === 0) return null
  return (
    <div className="mono muted" style={{ overflowWrap: 'anywhere' }}>
      {texts.join(' · ')}
    </div>
  )
}

/** Who made or changed a rule that is kept here. */
function Provenance({ row }: { readonly row: RuleRow | undefined }): React.JSX.Element | null {
  const changed = row?.changed ?? null
  if (row === undefined || changed === null) return null
  const { author, reason, atMs } = changed
  const isNew = row.created?.atMs === atMs
  return (
    <div className="muted" style={{ fontSize: 13, overflowWrap: 'anywhere' }}>
      {isNew ? 'made' : 'changed'} by {author} {agoText(atMs, serverNow())}
      {reason === '' ? '' : `: ${reason}`}
      {row.replaces === null ? '' : ', in place of a rule of a file'}
    </div>
  )
}

/** What is odd about an alert that fires. */
function markOf(alert: AlertInstance): string {
  if (alert.noDataSince !== undefined) {
    return `no data since ${spanText(serverNow() - Date.parse(alert.noDataSince))}`
  }
  if (alert.heldBy === 'reset') return 'until its reset'
  if (alert.isFlapping === true) return 'flapping'
  return alert.keepFiringSince === undefined ? '' : 'kept firing'
}
