import type { AuditEntry } from '@weir/packs'
import { Button, Skeleton } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { changesPage } from '../api/access.ts'
import { whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { agoText, fullTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'

/** Who changed what and when, and what was refused. */
export function Changes(): React.JSX.Element {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    {
      queryKey: ['access', 'changes'],
      queryFn: ({ pageParam, signal }) => changesPage(pageParam, signal),
      initialPageParam: '',
      getNextPageParam: ({ next }) => (next === '' ? undefined : next),
      refetchInterval: false, // a long list that is read must stand still
    },
  )
  if (data === undefined) {
    if (error === null) return <Skeleton height={240} />
    return <FailureNote error={error} retry={() => void refetch()} />
  }
  const [first] = data.pages
  const entries = data.pages.flatMap((page) => page.entries)
  if (entries.length === 0) return <div className="sheet empty">Nothing was changed yet.</div>
  return (
    <section className="sheet" aria-label="Changes">
      <div className="sheet-head">
        <h2>Changes</h2>
        <span className="muted">{whole(first?.kept ?? 0)} are kept, newest first</span>
        {first?.chain.state === 'broken' ? (
          <span className="tag" data-mark>
            not as they were written, from {first.chain.brokenAt} on
          </span>
        ) : null}
        <Button size="compact-sm" variant="default" ml="auto" onClick={() => void refetch()}>
          Refresh
        </Button>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="All changes">
        <table className="plain folds">
          <thead>
            <tr>
              <th>When</th>
              <th>Who</th>
              <th>What</th>
              <th>On</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <ChangeRow key={entry.id} entry={entry} />
            ))}
          </tbody>
        </table>
      </div>
      {hasNextPage ? (
        <div className="sheet-body">
          <Button
            variant="default"
            loading={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            Older ones
          </Button>
        </div>
      ) : null}
    </section>
  )
}

function ChangeRow({ entry }: { readonly entry: AuditEntry }): React.JSX.Element {
  const { atMs, who, action, target, result, code, details } = entry
  return (
    <tr>
      <td className="num" title={fullTime(atMs)}>
        {agoText(atMs, serverNow())}
      </td>
      <td className="whole">
        {who.kind === 'process' ? 'Weir' : who.name === '' ? 'not known' : <b>{who.name}</b>}{' '}
        <span className="muted mono">{who.address}</span>
      </td>
      <td className="whole">
        <span className="mono">{action}</span>{' '}
        {result === 'refused' ? (
          <span className="tag" data-mark>
            refused: {code}
          </span>
        ) : null}
      </td>
      <td className="long">
        {target}{' '}
        <span className="muted">
          {Object.entries(details)
            .map(([name, text]) => `${name} ${text}`)
            .join(' · ')}
        </span>
      </td>
    </tr>
  )
}
