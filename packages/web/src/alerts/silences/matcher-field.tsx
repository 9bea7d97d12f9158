import { Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { previewQuery } from '../../api/alerts.ts'
import { counted, whole } from '../../format/number.ts'
import { LabelTags } from '../../targets/label-tags.tsx'
import { matcherText, parseMatchers } from './matcher-text.ts'

const EXAMPLES = 3
/** More than this share of what fires is called wide. */
const WIDE_SHARE = 0.5
const WIDE_MIN = 5

/** Matchers, a line each, and which alerts they mean as they are typed. */
export function MatcherField(props: {
  readonly value: string
  readonly onChange: (text: string) => void
}): React.JSX.Element {
  const { value, onChange } = props
  const { matchers, wrong } = parseMatchers(value)
  const [asked] = useDebouncedValue(wrong === undefined ? matchers.map(matcherText) : [], 250)
  return (
    <div className="stack" style={{ gap: 8 }}>
      <Textarea
        label="Matchers"
        description={'One a line: team="data", job=~"etl.*". All must hold.'}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={wrong === undefined ? undefined : `Want name="value", got ${wrong}`}
        styles={{ input: { fontFamily: 'IBM Plex Mono, monospace', fontSize: 12.5 } }}
      />
      <Preview matchers={asked} />
    </div>
  )
}

function Preview({ matchers }: { readonly matchers: readonly string[] }): React.JSX.Element | null {
  const { data, error } = useQuery({ ...previewQuery(matchers), placeholderData: keepPreviousData })
  if (matchers.length === 0) return null
  if (error !== null) return <div className="note">{error.message}</div>
  if (data === undefined) return <div className="muted">Looking at what fires…</div>
  const isWide = data.alerts >= WIDE_MIN && data.alerts > data.of * WIDE_SHARE
  return (
    <div aria-live="polite">
      <div className={isWide ? 'note' : 'muted'}>
        Means {counted(data.alerts, 'alert')} of {whole(data.of)} that fire now
        {isWide ? '. That is most of them: is it wider than it should be?' : '.'}
      </div>
      <div style={{ display: 'grid', gap: 3, marginTop: 6 }}>
        {data.examples.slice(0, EXAMPLES).map((labels) => (
          <LabelTags key={JSON.stringify(labels)} labels={labels} />
        ))}
      </div>
    </div>
  )
}
