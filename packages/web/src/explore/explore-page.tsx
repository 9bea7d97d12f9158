import { Button, CopyButton, Menu, Skeleton, Tabs, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { IconHistory, IconLink, IconListSearch, IconPlayerPlayFilled } from '@tabler/icons-react'
import { Suspense, lazy, useState } from 'react'
import type { MatrixSeries } from '../api/prometheus.ts'
import { useRangeKeys } from '../frame/range-keys.ts'
import { TimeControl } from '../frame/time-control.tsx'
import { LAST_HOUR, type TimeRange, durationMs, resolveRange, stepSeconds } from '../time/range.ts'
import { serverNow } from '../time/server-clock.ts'
import { ChartResult } from './chart-result.tsx'
import { hasBuckets } from './classic-histograms.ts'
import { HeatResult } from './heat-result.tsx'
import { readHistory, remember } from './history.ts'
import { MetricBrowser } from './metrics/metric-browser.tsx'
import { PlanResult } from './plan/plan-result.tsx'
import { rangeQuery } from './range-query.ts'
import { TableResult } from './table-result.tsx'

/** Questions that every Weir can answer. */
const EXAMPLES = [
  ['What each stage moves', 'weir_stage_throughput'],
  ['Where records fail', 'weir_stage_errors > 0'],
  ['StatsD lines by second', 'sum by (transport) (rate(weir_statsd_lines_total[1m]))'],
  ['Samples stored by second', 'rate(weir_store_samples_appended_total[5m])'],
] as const

/** Besides the chart, which the address does not name. */
const TABS = ['table', 'heat', 'plan'] as const

const Editor = lazy(async () => ({ default: (await import('./editor.tsx')).Editor }))

/** Ask anything. What was asked is in the address, so the address is what one shares. */
export function ExplorePage(): React.JSX.Element {
  const search = useSearch({ from: '/explore' })
  const navigate = useNavigate({ from: '/explore' })
  const expr = search.expr ?? ''
  // What is typed holds until another query arrives: by a link, the history, the back button.
  const [typed, setTyped] = useState({ over: expr, text: expr })
  const draft = typed.over === expr ? typed.text : expr
  const setDraft = (text: string): void => setTyped({ over: expr, text })
  const [runs, setRuns] = useState(0)
  const [browsing, setBrowsing] = useState(false)
  const range: TimeRange = {
    from: search.from ?? LAST_HOUR.from,
    to: search.to ?? LAST_HOUR.to,
  }
  const ends = resolveRange(range, serverNow())
  const auto = stepSeconds(ends.fromMs, ends.toMs)
  const chosen = durationMs(search.step ?? '')
  const step = chosen === undefined ? auto : chosen / 1000

  const tab = TABS.find((each) => each === search.tab) ?? 'chart'
  const question = { expr, range, step, runs }
  const { data } = useQuery({
    ...rangeQuery(question),
    enabled: expr !== '' && (tab === 'chart' || tab === 'heat'),
  })
  const series = data?.series ?? []
  const isHeat = tab === 'heat' || hasBuckets(series) || series.some(isNative)

  const set = (change: Partial<typeof search>): void => {
    void navigate({ search: (before) => ({ ...before, ...change }) })
  }
  const run = (text: string): void => {
    remember(text)
    setRuns((count) => count + 1)
    set({ expr: text.trim() || undefined })
  }
  const setRange = (next: TimeRange): void => set({ from: next.from, to: next.to })
  useRangeKeys(range, setRange)

  return (
    <div className="stack">
      <div className="page-head" style={{ marginBottom: 0 }}>
        <h1 className="grow">Explore</h1>
        <TextInput
          key={search.step ?? ''}
          aria-label="Step"
          placeholder={`step ${auto} s`}
          defaultValue={search.step ?? ''}
          w={92}
          onBlur={(event) => set({ step: event.currentTarget.value || undefined })}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur()
          }}
        />
        <TimeControl range={range} onChange={setRange} absolute />
      </div>
      <div style={{ display: 'grid', gap: 8 }}>
        <Suspense fallback={<Skeleton height={38} />}>
          <Editor value={draft} onChange={setDraft} onRun={run} />
        </Suspense>
        <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
          <Button
            leftSection={<IconPlayerPlayFilled size={13} aria-hidden />}
            onClick={() => run(draft)}
          >
            Run
          </Button>
          <HistoryMenu onChoose={run} />
          <Button
            variant="default"
            leftSection={<IconListSearch size={15} aria-hidden />}
            onClick={() => setBrowsing(true)}
          >
            Metrics
          </Button>
          <MetricBrowser opened={browsing} onClose={() => setBrowsing(false)} onChoose={run} />
          <CopyButton value={location.href}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={<IconLink size={15} aria-hidden />}
                onClick={copy}
              >
                {copied ? 'Copied' : 'Copy link'}
              </Button>
            )}
          </CopyButton>
        </div>
      </div>
      {expr === '' ? (
        <div className="sheet sheet-body">
          <p style={{ margin: '0 0 10px', color: 'var(--ink-2)' }}>
            Type an expression and press Enter. The editor completes metric names, labels and
            functions. Or begin with one of these:
          </p>
          <div className="try">
            {EXAMPLES.map(([title, example]) => (
              <div key={example}>
                <div className="muted" style={{ fontSize: 12 }}>
                  {title}
                </div>
                <Link to="/explore" search={{ expr: example }} className="mono">
                  {example}
                </Link>
              </div>
            ))}
          </div>
        </div>
      ) : (
        <Tabs
          value={tab}
          onChange={(next) => set({ tab: TABS.find((each) => each === next) })}
          keepMounted={false}
        >
          <Tabs.List mb="sm">
            <Tabs.Tab value="chart">Chart</Tabs.Tab>
            <Tabs.Tab value="table">Table</Tabs.Tab>
            {isHeat ? <Tabs.Tab value="heat">Heat map</Tabs.Tab> : null}
            <Tabs.Tab value="plan">Plan</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="chart">
            <ChartResult expr={expr} range={range} step={step} runs={runs} onZoom={setRange} />
          </Tabs.Panel>
          <Tabs.Panel value="table">
            <TableResult expr={expr} range={range} runs={runs} />
          </Tabs.Panel>
          <Tabs.Panel value="heat">
            <HeatResult question={question} />
          </Tabs.Panel>
          <Tabs.Panel value="plan">
            <PlanResult expr={expr} range={range} step={step} onChoose={run} />
          </Tabs.Panel>
        </Tabs>
      )}
    </div>
  )
}

function isNative({ histograms }: MatrixSeries): boolean {
  return histograms !== undefined
}

function HistoryMenu(props: { readonly onChoose: (expr: string) => void }): React.JSX.Element {
  const [queries, setQueries] = useState<readonly string[]>([])
  return (
    <Menu position="bottom-start" onOpen={() => setQueries(readHistory())}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconHistory size={15} aria-hidden />}>
          History
        </Button>
      </Menu.Target>
      <Menu.Dropdown style={{ maxWidth: 'min(640px, 92vw)', maxHeight: 360, overflow: 'auto' }}>
        {queries.length === 0 ? <Menu.Label>Nothing asked yet</Menu.Label> : null}
        {queries.map((query) => (
          <Menu.Item key={query} onClick={() => props.onChoose(query)}>
            <code>{query}</code>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
