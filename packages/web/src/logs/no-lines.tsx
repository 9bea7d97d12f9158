import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { CodeBlock } from '../frame/code-block.tsx'
import { type TimeRange, durationMs, rangeText } from '../time/range.ts'
import { shortTime } from '../time/clock-text.ts'
import { inertText } from './lines/inert-text.ts'
import { EVER, labelNamesQuery } from './logs-queries.ts'
import { LEVEL, withoutPart } from './query/edit.ts'
import { EVERYTHING, type LogQuery, conditionText, writeLogql } from './query/log-query.ts'

/** Nothing was found: how to widen the search, or, where there are no lines at all, how to send some. */
export function NoLines(props: {
  readonly query: LogQuery | undefined
  readonly range: TimeRange
  readonly onRun: (query: LogQuery) => void
  readonly onRange: (range: TimeRange) => void
}): React.JSX.Element | null {
  const ever = useQuery(labelNamesQuery(EVER))
  if (ever.data === undefined && ever.error === null) return null
  if (ever.data?.length === 0) return <SendFirst />
  const { query, range, onRun, onRange } = props
  const wider = widerRanges(range)
  const parts = query === undefined ? [] : partsOf(query)
  return (
    <div className="empty">
      <p style={{ margin: '0 0 12px' }}>
        No line matches: <b style={{ fontWeight: 550 }}>{rangeText(range, shortTime)}</b>.
      </p>
      <div className="log-widen">
        {wider.map(([text, words]) => (
          <Button
            key={text}
            variant="default"
            size="compact-sm"
            onClick={() => onRange({ from: `now-${text}`, to: 'now' })}
          >
            Look in the last {words}
          </Button>
        ))}
        {parts.map(({ text, without }) => (
          <Button key={text} variant="default" size="compact-sm" onClick={() => onRun(without)}>
            Without {text}
          </Button>
        ))}
        {query === undefined || writeLogql(query) === writeLogql(EVERYTHING) ? null : (
          <Button variant="default" size="compact-sm" onClick={() => onRun(EVERYTHING)}>
            All lines
          </Button>
        )}
      </div>
    </div>
  )
}

const WIDER = [
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
] as const

function widerRanges(range: TimeRange): (typeof WIDER)[number][] {
  const now = range.to === 'now' && range.from.startsWith('now-')
  const ms = now ? (durationMs(range.from.slice(4)) ?? 0) : 0
  return WIDER.filter(([text]) => durationMs(text)! > ms).slice(0, 2)
}

/** Each condition of a query, and the query without it. */
function partsOf(query: LogQuery): { readonly text: string; readonly without: LogQuery }[] {
  const conditions = [
    ...query.matchers,
    ...query.stages.flatMap((stage) => (stage.kind === 'condition' ? [stage.condition] : [])),
  ]
  return [
    ...(query.words === '' ? [] : [{ text: 'the words', without: { ...query, words: '' } }]),
    ...conditions.map((condition) => ({
      text: condition.name === LEVEL.name ? 'the level' : inertText(conditionText(condition)),
      without: withoutPart(query, condition),
    })),
  ]
}

/** What is shown before the first line: how to send one. */
function SendFirst(): React.JSX.Element {
  const { origin, hostname, port, protocol } = location
  const line = JSON.stringify({
    level: 'error',
    service: 'orders',
    message: 'Cannot reach the broker',
  })
  const tls = protocol === 'https:' ? 'on' : 'off'
  return (
    <div className="log-first">
      <h2>No logs yet. Send the first line.</h2>
      <Way title="By hand" text="one JSON object a line">
        <CodeBlock
          text={`curl -H 'content-type: application/x-ndjson' ${origin}/api/weir/v1/logs \\\n  -d '${line}'`}
        />
      </Way>
      <Way title="OpenTelemetry" text="any SDK or Collector, OTLP over HTTP">
        <CodeBlock
          text={`OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=${origin}/v1/logs\nOTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf`}
        />
      </Way>
      <Way title="Fluent Bit" text="as to Loki">
        <CodeBlock
          text={`[OUTPUT]\n    name   loki\n    match  *\n    host   ${hostname}\n    port   ${port || (tls === 'on' ? '443' : '80')}\n    tls    ${tls}\n    labels service_name=orders`}
        />
      </Way>
      <p className="muted">
        Promtail, Alloy, Vector, Logstash and Filebeat send here too, as to Loki or Elasticsearch. A
        line is here as soon as it was taken; press <kbd>r</kbd> to look again.
      </p>
    </div>
  )
}

function Way(props: {
  readonly title: string
  readonly text: string
  readonly children: React.ReactNode
}): React.JSX.Element {
  return (
    <section>
      <h3>
        {props.title} <span className="muted">{props.text}</span>
      </h3>
      {props.children}
    </section>
  )
}
