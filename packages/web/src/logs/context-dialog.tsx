import { Button, CloseButton, Modal, Skeleton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { FailureNote } from '../frame/failure-note.tsx'
import { LabelTags } from '../targets/label-tags.tsx'
import { askContext } from './context-query.ts'
import { type LineLook, LineRow } from './lines/line-row.tsx'
import type { LogLine } from './lines/line.ts'
import { writeSelector } from './query/log-query.ts'

const FIRST = 20
const MORE = 5

/** As many as Weir gives. */
const MOST = 1000

const LOOK: LineLook = { columns: [], wraps: true, withDay: false, needles: [] }

/** What the same sender wrote before and after a line, in the order in which it was written. */
export function ContextDialog(props: {
  readonly line: LogLine
  readonly onClose: () => void
}): React.JSX.Element {
  const { line, onClose } = props
  const narrow = useMediaQuery('(max-width: 760px)') ?? false
  const [wanted, setWanted] = useState({ before: FIRST, after: FIRST })
  const selector = writeSelector(
    Object.entries(line.labels).map(([name, value]) => ({ name, operator: '=', value })),
  )
  const { data, error } = useQuery({
    queryKey: ['log-context', line.key, wanted],
    queryFn: () => askContext(line, wanted),
    placeholderData: keepPreviousData,
    refetchInterval: false,
    staleTime: Infinity,
  })
  return (
    <Modal.Root opened onClose={onClose} size="min(1180px, 94vw)" fullScreen={narrow}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <div className="stack" style={{ gap: 10 }}>
            <div className="log-context-head">
              <Modal.Title fw={600}>Lines around it</Modal.Title>
              <CloseButton aria-label="Close" onClick={onClose} />
            </div>
            <div className="log-context-head">
              <LabelTags labels={line.labels} />
              <Link
                to="/logs"
                search={{
                  query: selector,
                  from: String(line.timeMs - 300_000),
                  to: String(line.timeMs + 60_000),
                  line: line.timeNs,
                }}
                onClick={onClose}
              >
                Search in this stream
              </Link>
            </div>
            {error === null ? null : <FailureNote error={error} />}
            {data === undefined ? (
              error === null ? (
                <Skeleton height={420} />
              ) : null
            ) : (
              <Neighbours
                {...data}
                canBefore={data.before.length === wanted.before}
                canAfter={data.after.length === wanted.after}
                onMore={(side) =>
                  setWanted({ ...wanted, [side]: Math.min(MOST, wanted[side] * MORE) })
                }
              />
            )}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function Neighbours(props: {
  readonly line: LogLine
  readonly before: readonly LogLine[]
  readonly after: readonly LogLine[]
  readonly canBefore: boolean
  readonly canAfter: boolean
  readonly onMore: (side: 'before' | 'after') => void
}): React.JSX.Element {
  const { line, before, after, onMore } = props
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    box.current?.querySelector('[data-marked]')?.scrollIntoView({ block: 'center' })
  }, [])
  const all = [...before, line, ...after]
  const more = (side: 'before' | 'after', can: boolean, none: string): React.JSX.Element =>
    can && (side === 'before' ? before : after).length < MOST ? (
      <Button variant="subtle" size="compact-sm" onClick={() => onMore(side)}>
        More {side}
      </Button>
    ) : (
      <span className="muted">{none}</span>
    )
  return (
    <div className="log-context" ref={box} tabIndex={0} role="region" aria-label="Lines in order">
      <div className="log-context-more">
        {more('before', props.canBefore, 'nothing more before')}
      </div>
      <div role="list" aria-label="Neighbours">
        {all.map((each, i) => (
          <LineRow
            key={`${i} ${each.timeNs}`}
            line={each}
            look={LOOK}
            position={i + 1}
            of={all.length}
            isOpen={false}
            isMarked={i === before.length}
            deeds={undefined}
            onToggle={noToggle}
            measure={noMeasure}
          />
        ))}
      </div>
      <div className="log-context-more">{more('after', props.canAfter, 'nothing more after')}</div>
    </div>
  )
}

function noToggle(): void {
  // These lines do not open.
}

function noMeasure(): undefined {
  return undefined
}
