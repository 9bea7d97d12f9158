import { Button, Modal, Skeleton, TextInput } from '@mantine/core'
import { useQueries, useQuery } from '@tanstack/react-query'
import { IconSearch } from '@tabler/icons-react'
import { useDeferredValue, useMemo, useState } from 'react'
import { askPrometheus } from '../../api/client.ts'
import { packQuery, packsQuery } from '../../api/weir.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { counted, whole } from '../../format/number.ts'
import { MetricLabels } from './metric-labels.tsx'
import {
  type Metadata,
  type MetricRow,
  metricRows,
  searchMetrics,
  usualQuery,
} from './metric-rows.ts'

const PAGE = 100
const EMPTY: Metadata = {}

/** Every metric that is there, with what it means; choosing one asks the usual question about it. */
export function MetricBrowser(props: {
  readonly opened: boolean
  readonly onClose: () => void
  readonly onChoose: (expr: string) => void
}): React.JSX.Element {
  const { opened, onClose, onChoose } = props
  return (
    <Modal.Root opened={opened} onClose={onClose} size="xl">
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <div style={{ display: 'flex', justifyContent: 'space-between', marginBottom: 8 }}>
            <Modal.Title fw={600}>Metrics</Modal.Title>
            <Modal.CloseButton aria-label="Close" />
          </div>
          <Metrics
            onChoose={(expr) => {
              onClose()
              onChoose(expr)
            }}
          />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function Metrics({ onChoose }: { readonly onChoose: (expr: string) => void }): React.JSX.Element {
  const names = useQuery({
    queryKey: ['metric-names'],
    queryFn: async ({ signal }) =>
      (await askPrometheus<readonly string[]>('label/__name__/values', undefined, signal)).data,
  })
  const metadata = useQuery({
    queryKey: ['metadata'],
    queryFn: async ({ signal }) =>
      (await askPrometheus<Metadata>('metadata', undefined, signal)).data,
  })
  const packs = useQuery(packsQuery)
  const awake = packs.data?.filter((pack) => pack.awake) ?? []
  const details = useQueries({
    queries: awake.map(({ id }) => packQuery(id)),
    combine: (answers) => answers.flatMap(({ data }) => data ?? []),
  })
  const [query, setQuery] = useState('')
  const [shown, setShown] = useState(PAGE)
  const [open, setOpen] = useState<string | undefined>(undefined)
  const wanted = useDeferredValue(query)
  const rows = useMemo(
    () => metricRows(names.data ?? [], metadata.data ?? EMPTY, details),
    [names.data, metadata.data, details],
  )
  const found = useMemo(() => searchMetrics(rows, wanted), [rows, wanted])
  if (names.error !== null) {
    return <FailureNote error={names.error} retry={() => void names.refetch()} />
  }
  return (
    <div className="stack" style={{ gap: 10 }}>
      <TextInput
        data-autofocus
        aria-label="Search metrics"
        placeholder="Search names and what they mean"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value)
          setShown(PAGE)
        }}
      />
      <div className="muted" style={{ fontSize: 12.5 }} role="status">
        {names.data === undefined
          ? 'Asking Weir…'
          : found.length === rows.length
            ? counted(rows.length, 'metric')
            : `${whole(found.length)} of ${counted(rows.length, 'metric')}`}
      </div>
      {names.data === undefined ? <Skeleton height={320} /> : null}
      {names.data !== undefined && found.length === 0 ? (
        <div className="empty">
          {rows.length === 0 ? 'No metric has arrived yet.' : 'No metric matches.'}
        </div>
      ) : null}
      <ul className="metric-list">
        {found.slice(0, shown).map((row) => (
          <li key={row.name}>
            <MetricLine row={row} onChoose={onChoose} />
            <button
              type="button"
              className="plain-button muted"
              aria-expanded={open === row.name}
              onClick={() => setOpen(open === row.name ? undefined : row.name)}
            >
              {open === row.name ? 'Hide labels' : 'Labels'}
            </button>
            {open === row.name ? <MetricLabels name={row.name} onChoose={onChoose} /> : null}
          </li>
        ))}
      </ul>
      {found.length > shown ? (
        <Button variant="subtle" fullWidth onClick={() => setShown(shown + 5 * PAGE)}>
          Show more: {whole(found.length - shown)} left
        </Button>
      ) : null}
    </div>
  )
}

function MetricLine(props: {
  readonly row: MetricRow
  readonly onChoose: (expr: string) => void
}): React.JSX.Element {
  const { row, onChoose } = props
  return (
    <div>
      <button
        type="button"
        className="plain-button mono"
        style={{ overflowWrap: 'anywhere' }}
        onClick={() => onChoose(usualQuery(row))}
      >
        {row.name}
      </button>{' '}
      {row.type === '' ? null : <span className="tag">{row.type}</span>}
      {row.pack === '' ? null : <span className="tag">{row.pack}</span>}
      {row.unit === '' ? null : <span className="muted"> {row.unit}</span>}
      <div style={{ fontSize: 13, color: 'var(--ink-2)' }}>
        {row.help}
        {row.normal === '' ? null : <span className="muted"> Normal: {row.normal}</span>}
      </div>
    </div>
  )
}
