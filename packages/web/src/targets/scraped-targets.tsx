import { Button, SegmentedControl, Skeleton, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { IconX } from '@tabler/icons-react'
import { useDeferredValue } from 'react'
import { scrapedSamplesQuery, targetsQuery } from '../api/prometheus.ts'
import { scrapeJobsQuery } from '../api/weir.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { whole } from '../format/number.ts'
import { AddJob } from './add-job.tsx'
import { JobSheet } from './job-sheet.tsx'
import { HEALTHS, type TargetsSearch, countHealths, wantedTargets } from './target-filter.ts'

/** What is scraped, job by job: where its targets are found, how they do, and what relabelling made of them. */
export function ScrapedTargets(props: {
  readonly search: TargetsSearch
  readonly set: (change: TargetsSearch) => void
}): React.JSX.Element {
  const { search, set } = props
  const jobs = useQuery(scrapeJobsQuery)
  const targets = useQuery({ ...targetsQuery, placeholderData: keepPreviousData })
  const samples = useQuery(scrapedSamplesQuery)
  const query = useDeferredValue(search.q ?? '')
  const health = HEALTHS.find((each) => each === search.health)
  const error = targets.error ?? jobs.error
  if (jobs.data === undefined || targets.data === undefined) {
    return error === null ? (
      <Skeleton height={320} />
    ) : (
      <FailureNote error={error} retry={() => void targets.refetch()} />
    )
  }
  const counts = countHealths(targets.data)
  const shown = wantedTargets(jobs.data, targets.data, { query, health, job: search.job })
  const isOwnOnly = jobs.data.length <= 1
  return (
    <div className="stack">
      <div className="filters">
        <div className="scroll">
          <SegmentedControl
            aria-label="Health"
            value={health ?? 'all'}
            onChange={(next) => set({ health: next === 'all' ? undefined : next })}
            data={[
              { value: 'all', label: `All ${whole(targets.data.length)}` },
              { value: 'down', label: `Down ${whole(counts.down)}` },
              { value: 'unknown', label: `Not yet ${whole(counts.unknown)}` },
              { value: 'up', label: `Up ${whole(counts.up)}` },
            ]}
          />
        </div>
        <TextInput
          data-search
          aria-label="Search targets"
          placeholder="Search URL, label, error   /"
          value={search.q ?? ''}
          onChange={(event) => set({ q: event.currentTarget.value || undefined })}
          style={{ flex: '1 1 220px', maxWidth: 380 }}
        />
        {search.job === undefined ? null : (
          <Button
            variant="default"
            rightSection={<IconX size={14} aria-hidden />}
            onClick={() => set({ job: undefined })}
          >
            Only {search.job}
          </Button>
        )}
      </div>
      {error === null ? null : <FailureNote error={error} />}
      {shown.length === 0 ? (
        <div className="sheet empty">No target matches.</div>
      ) : (
        shown.map((each) => (
          <JobSheet
            key={each.job.job}
            {...each}
            samples={samples.data}
            onlyThis={search.job === undefined ? () => set({ job: each.job.job }) : undefined}
          />
        ))
      )}
      {isOwnOnly ? <AddJob /> : null}
    </div>
  )
}
