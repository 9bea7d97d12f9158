import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { memo } from 'react'
import { extrasOf } from './extras.ts'
import { type Needle, highlighted } from './highlight.ts'
import { listText, oneLine } from './inert-text.ts'
import type { LineDeeds } from './line-deeds.ts'
import { LineDetail } from './line-detail.tsx'
import { exactTime, lineTime } from './line-time.ts'
import { type LogLine, valueOf } from './line.ts'

/** How lines are shown. */
export interface LineLook {
  readonly columns: readonly string[]
  readonly wraps: boolean
  readonly withDay: boolean
  readonly needles: readonly Needle[]
}

/** A line of the list; opened, all that is known of it. */
export const LineRow = memo(function LineRow(props: {
  readonly line: LogLine
  readonly look: LineLook
  readonly position: number
  readonly of: number
  readonly isOpen: boolean
  readonly isMarked?: boolean
  readonly deeds: LineDeeds | undefined
  readonly onToggle: (key: string) => void
  /** Tells its height to who keeps the list. */
  readonly measure: (element: HTMLElement | null) => (() => void) | undefined
}): React.JSX.Element {
  const { line, look, isOpen, onToggle, deeds } = props
  const service = listText(line.labels['service_name'] ?? '')
  const show = (said: string): string => (look.wraps ? listText(said) : oneLine(listText(said)))
  const text = show(line.message)
  const toggle = (): void => onToggle(line.key)
  return (
    <div
      ref={props.measure}
      role="listitem"
      aria-posinset={props.position}
      aria-setsize={props.of}
      data-key={line.key}
      className="log-item"
      data-level={line.level}
      data-marked={props.isMarked === true ? '' : undefined}
    >
      <div
        className="log-line"
        data-wraps={look.wraps ? '' : undefined}
        role="presentation"
        onClick={(event) => {
          // A click that ends a selection of text, or is for the button, is none for the row.
          const isOwn = (event.target as Element).closest('button') === null
          if (isOwn && deeds !== undefined && (getSelection()?.isCollapsed ?? true)) toggle()
        }}
      >
        {deeds === undefined ? (
          <span />
        ) : (
          <button
            type="button"
            className="log-open"
            aria-expanded={isOpen}
            aria-label={`${isOpen ? 'Close' : 'Open'} line: ${line.level} ${text.slice(0, 120)}`}
            onClick={toggle}
          >
            {isOpen ? <IconChevronDown size={13} /> : <IconChevronRight size={13} />}
          </button>
        )}
        <time className="log-time" title={exactTime(line.timeNs)}>
          {lineTime(line.timeMs, look.withDay)}
        </time>
        <span className="line-level">{line.level === 'unknown' ? '–' : line.level}</span>
        <span className="log-service clip" title={service}>
          {service}
        </span>
        {look.columns.map((name) => {
          const value = oneLine(listText(valueOf(line, name) ?? ''))
          return (
            <span key={name} className="log-column clip" title={value}>
              {value}
            </span>
          )
        })}
        <span className="log-text">
          {highlighted(text, look.needles).map(({ text: part, isFound }, i) =>
            isFound ? <mark key={i}>{part}</mark> : part,
          )}
          {extrasOf(line, look.columns).map(([name, value]) => (
            <span key={name} className="log-extra">
              {' '}
              {listText(name)}=<b>{show(value)}</b>
            </span>
          ))}
        </span>
      </div>
      {isOpen && deeds !== undefined ? <LineDetail line={line} deeds={deeds} /> : null}
    </div>
  )
})
