import type { BacktestResultView, BacktestRuleView } from '@weir/packs'
import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { Columns } from '../../chart/align.ts'
import type { Backdrop } from '../../chart/backdrop.ts'
import { Chart } from '../../chart/chart.tsx'
import { Legend } from '../../chart/legend.tsx'
import { shortNames } from '../../chart/series-name.ts'
import { whole } from '../../format/number.ts'
import { shortTime } from '../../time/clock-text.ts'
import { unitedSpans, variantName, verdict } from './backtest-text.ts'
import { FiguresTable } from './figures-table.tsx'
import { Lanes } from './lanes.tsx'
import { FiringList, NotificationList } from './told-lists.tsx'

export function BacktestResult({
  result,
}: {
  readonly result: BacktestResultView
}): React.JSX.Element {
  return (
    <div className="stack">
      {result.rules.map((rule) => (
        <RuleResult key={`${rule.file} ${rule.group} ${rule.name}`} rule={rule} result={result} />
      ))}
    </div>
  )
}

const NONE: ReadonlySet<number> = new Set()

function RuleResult(props: {
  readonly rule: BacktestRuleView
  readonly result: BacktestResultView
}): React.JSX.Element {
  const { rule, result } = props
  const { startMs, endMs } = result
  const [chosen, setChosen] = useState(0)
  const [hidden, setHidden] = useState(NONE)
  const variant = rule.variants[chosen]!
  const lines = useMemo(() => linesOf(rule), [rule])
  const backdrop = useMemo(() => backdropOf(rule, chosen, endMs), [rule, chosen, endMs])
  return (
    <>
      <section className="sheet" aria-label={`Result for ${rule.name}`}>
        <div className="sheet-head">
          <h2>{rule.name}</h2>
          <span className="muted">
            {shortTime(startMs)} to {shortTime(endMs)}
          </span>
          <span className="spacer" />
          <Export result={result} />
        </div>
        <div className="sheet-body" style={{ display: 'grid', gap: 12 }}>
          <div className="verdict">{verdict(variant, endMs - startMs)}</div>
          {[...rule.notes, ...(variant.error === '' ? [] : [failure(variant)])].map((note) => (
            <div key={note} className="note" data-tone="quiet">
              {note}
            </div>
          ))}
          {lines.names.length === 0 ? (
            <div className="note" data-tone="quiet">
              There is no data for this expression in that time.
            </div>
          ) : (
            <div>
              <Chart
                columns={lines.columns}
                names={lines.names}
                unit=""
                height={260}
                hidden={hidden}
                backdrop={backdrop}
                label={`${rule.expr} with ${rule.variants.length} variants`}
              />
              <Legend names={lines.names} hidden={hidden} onChange={setHidden} />
              {rule.chart.seriesCount > lines.names.length ? (
                <div className="muted" style={{ fontSize: 12.5 }}>
                  The {lines.names.length} of {whole(rule.chart.seriesCount)} series that came
                  farthest
                </div>
              ) : null}
            </div>
          )}
          <Lanes rule={rule} result={result} chosen={chosen} onChoose={setChosen} />
        </div>
        <FiguresTable rule={rule} chosen={chosen} onChoose={setChosen} />
      </section>
      {variant.notifications === null ? null : (
        <NotificationList
          notifications={variant.notifications}
          of={variantName(variant, rule)}
          key={`notifications ${chosen}`}
        />
      )}
      <FiringList variant={variant} of={variantName(variant, rule)} key={`firings ${chosen}`} />
    </>
  )
}

function failure({ failedCount, error }: BacktestRuleView['variants'][number]): string {
  return `${whole(failedCount)} evaluations failed: ${error}`
}

function linesOf({ chart }: BacktestRuleView): { names: string[]; columns: Columns } {
  const { startMs, stepMs, series } = chart
  const count = series[0]?.values.length ?? 0
  return {
    names: shortNames(series.map(({ labels }) => labels)),
    columns: {
      x: Array.from({ length: count }, (_, i) => (startMs + i * stepMs) / 1000),
      ys: series.map(({ values }) => values),
    },
  }
}

function backdropOf(
  { variants, operator }: BacktestRuleView,
  chosen: number,
  endMs: number,
): Backdrop {
  const { firings, threshold: strong } = variants[chosen]!
  const thresholds = new Set(variants.flatMap(({ threshold }) => threshold ?? []))
  return {
    spans: unitedSpans(firings, endMs).map(([from, to]) => [from / 1000, to / 1000]),
    levels:
      operator === null
        ? []
        : [...thresholds].map((value) => ({ value, isChosen: value === strong })),
  }
}

function Export({ result }: { readonly result: BacktestResultView }): React.JSX.Element {
  return (
    <Button
      component="a"
      variant="default"
      size="compact-sm"
      leftSection={<IconDownload size={14} aria-hidden />}
      href={`/api/weir/v1/backtests/${encodeURIComponent(result.id)}`}
      download={`backtest-${result.ruleNames[0] ?? 'rules'}.json`}
    >
      JSON
    </Button>
  )
}
