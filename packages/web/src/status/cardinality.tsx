import { SegmentedControl, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { IconSearch } from '@tabler/icons-react'
import { useDeferredValue, useMemo, useState } from 'react'
import type { TsdbStatus } from '../api/prometheus.ts'
import { whole } from '../format/number.ts'
import { MoreButton } from '../frame/more-button.tsx'
import { type CardinalityOf, cardinalityRows } from './cardinality-rows.ts'

const PAGE = 20

const KINDS: readonly { readonly value: CardinalityOf; readonly label: string }[] = [
  { value: 'metrics', label: 'Metrics' },
  { value: 'labels', label: 'Labels' },
  { value: 'pairs', label: 'Label and value' },
]

const COUNTED: Readonly<Record<CardinalityOf, readonly [name: string, counted: string]>> = {
  metrics: ['Metric', 'Series'],
  labels: ['Label', 'Values'],
  pairs: ['Label and value', 'Series'],
}

/** What the store's many series are: whose they are, and which label makes them many. */
export function Cardinality({ status }: { readonly status: TsdbStatus }): React.JSX.Element {
  const [kind, setKind] = useState<CardinalityOf>('metrics')
  const [typed, setTyped] = useState('')
  const [shown, setShown] = useState(PAGE)
  const search = useDeferredValue(typed)
  const rows = useMemo(() => cardinalityRows(status, kind, search), [status, kind, search])
  const [name, counted] = COUNTED[kind]
  return (
    <section className="sheet" aria-label="Cardinality">
      <div className="sheet-head" style={{ flexWrap: 'wrap' }}>
        <h2>Cardinality</h2>
        <span className="muted">
          {whole(status.headStats?.numSeries ?? 0)} series of{' '}
          {whole(status.headStats?.numLabelPairs ?? 0)} labels and values
        </span>
        <span className="spacer" />
        <SegmentedControl
          size="xs"
          aria-label="Counted by"
          value={kind}
          onChange={(next) => {
            setKind(KINDS.find(({ value }) => value === next)!.value)
            setShown(PAGE)
          }}
          data={[...KINDS]}
        />
        <TextInput
          size="xs"
          aria-label="Search names"
          placeholder="Search"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      {rows.length === 0 ? (
        <div className="empty">
          {search === '' ? 'The store is empty.' : 'None of the thousand largest is called so.'}
        </div>
      ) : (
        <table className="plain cardinality">
          <thead>
            <tr>
              <th>{name}</th>
              <th className="right">{counted}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row) => (
              <tr key={row.name}>
                <td className="mono">
                  <Link
                    to="/explore"
                    search={{ expr: row.expr, tab: kind === 'metrics' ? undefined : 'table' }}
                  >
                    {row.name}
                  </Link>
                  <i style={{ width: `${row.share * 100}%` }} aria-hidden />
                </td>
                <td className="right num">{whole(row.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > shown ? (
        <div className="sheet-body">
          <MoreButton
            left={rows.length - shown}
            step={5 * PAGE}
            onMore={() => setShown(shown + 5 * PAGE)}
          />
        </div>
      ) : null}
    </section>
  )
}
