import { ActionIcon, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import {
  IconChevronDown,
  IconChevronRight,
  IconCircleMinus,
  IconColumns3,
  IconSum,
} from '@tabler/icons-react'
import { useState } from 'react'
import { compact, whole } from '../../format/number.ts'
import { inertText } from '../lines/inert-text.ts'
import type { LineDeeds } from '../lines/line-deeds.ts'
import { levelOf } from '../lines/line.ts'
import { type Asked, topValuesQuery } from '../logs-queries.ts'
import { type Field, chosenValues, withValues } from '../query/edit.ts'
import { type LogQuery, writeLogql } from '../query/log-query.ts'
import { PARSERS, type Parser, type UnreadNames } from '../query/unread-names.ts'
import { facetsOf } from './facet-names.ts'

/** Values in a facet, at first and when more were asked for. */
const COUNT = 6
const COUNT_MAX = 50

/** Fields beyond these are shown when asked for. */
const SHOWN_MAX = 24

/** The names that lines have, each with the values that most of them have; a value is a filter. */
export function Facets(props: {
  readonly asked: Asked
  readonly query: LogQuery
  /** Nothing is counted meanwhile. */
  readonly isHeld: boolean
  readonly labelNames: readonly string[]
  readonly fieldNames: readonly string[]
  readonly unread: UnreadNames
  readonly deeds: Pick<LineDeeds, 'not' | 'count' | 'column'>
  readonly onToggle: (field: Field, value: string) => void
  readonly onParser: (parser: Parser) => void
}): React.JSX.Element {
  const { asked, query, labelNames, fieldNames, unread } = props
  const [showsAll, setShowsAll] = useState(false)
  const facets = facetsOf(labelNames, fieldNames)
  const shown = showsAll ? facets : facets.slice(0, SHOWN_MAX)
  return (
    <section className="sheet log-facets" aria-label="Values">
      {shown.map(({ field, title, isOpen }) => (
        <Facet
          key={`${field.place} ${field.name}`}
          asked={{ ...asked, query: writeLogql(withValues(query, field, [])) }}
          field={field}
          isHeld={props.isHeld}
          title={title}
          opensAtFirst={isOpen || chosenValues(query, field.name).length > 0}
          chosen={chosenValues(query, field.name)}
          deeds={props.deeds}
          onToggle={props.onToggle}
        />
      ))}
      {shown.length < facets.length ? (
        <button
          type="button"
          className="link-button log-more-facets"
          onClick={() => setShowsAll(true)}
        >
          {facets.length - shown.length} more fields
        </button>
      ) : null}
      {PARSERS.filter((parser) => unread[parser].length > 0).map((parser) => (
        <button
          key={parser}
          type="button"
          className="link-button log-more-facets"
          title={`Adds | ${parser}, which finds ${unread[parser].map(inertText).join(', ')}`}
          onClick={() => props.onParser(parser)}
        >
          Read {unread[parser].length} {unread[parser].length === 1 ? 'field' : 'fields'} of{' '}
          {parser === 'json' ? 'JSON' : parser}
        </button>
      ))}
    </section>
  )
}

function Facet(props: {
  /** Without what it wants of this name, so that further values are there to be chosen. */
  readonly asked: Asked
  readonly field: Field
  readonly isHeld: boolean
  readonly title: string
  readonly opensAtFirst: boolean
  readonly chosen: readonly string[]
  readonly deeds: Pick<LineDeeds, 'not' | 'count' | 'column'>
  readonly onToggle: (field: Field, value: string) => void
}): React.JSX.Element {
  const { field, title, deeds } = props
  const [isOpen, setOpen] = useState(props.opensAtFirst)
  const name = inertText(title)
  return (
    <div className="log-facet">
      <div className="log-facet-head">
        <button
          type="button"
          className="target-open"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? (
            <IconChevronDown size={13} aria-hidden />
          ) : (
            <IconChevronRight size={13} aria-hidden />
          )}
          <span className="clip" title={name}>
            {name}
          </span>
        </button>
        <span className="log-facet-deeds">
          <ActionIcon
            variant="subtle"
            color="gray"
            size={22}
            title={`Count by ${name}`}
            aria-label={`Count by ${name}`}
            onClick={() => deeds.count(field)}
          >
            <IconSum size={14} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={22}
            title={`${name} as a column`}
            aria-label={`${name} as a column`}
            onClick={() => deeds.column(field.name)}
          >
            <IconColumns3 size={14} />
          </ActionIcon>
        </span>
      </div>
      {isOpen ? <FacetValues {...props} /> : null}
    </div>
  )
}

function FacetValues(props: {
  readonly asked: Asked
  readonly field: Field
  readonly isHeld: boolean
  readonly chosen: readonly string[]
  readonly deeds: Pick<LineDeeds, 'not'>
  readonly onToggle: (field: Field, value: string) => void
}): React.JSX.Element {
  const { asked, field, chosen, deeds, onToggle } = props
  const [count, setCount] = useState(COUNT)
  const { data, error } = useQuery({
    ...topValuesQuery(asked, field.name, count),
    enabled: !props.isHeld,
  })
  if (error !== null) return <div className="log-facet-note">{error.message}</div>
  if (data === undefined) return <Skeleton height={44} m="4px 12px 8px" />
  const most = Math.max(1, ...data.map(({ lines }) => lines))
  // What was chosen stays there to be taken back, also when no line has it.
  const lost = chosen.filter((value) => !data.some((one) => one.value === value))
  const rows = [...data, ...lost.map((value) => ({ value, lines: 0 }))]
  return (
    <ul className="log-facet-values">
      {rows.map(({ value, lines }) => (
        <li key={value}>
          <button
            type="button"
            className="log-facet-value"
            aria-pressed={chosen.includes(value)}
            title={`${inertText(value)}: ${whole(lines)} lines`}
            onClick={() => onToggle(field, value)}
          >
            <i
              style={{ width: `${(100 * lines) / most}%` }}
              data-level={field.name === 'detected_level' ? levelOf(value) : undefined}
            />
            <span className="clip">{inertText(value)}</span>
            <b>{compact(lines)}</b>
          </button>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={22}
            className="log-facet-not"
            title={`Not ${inertText(value)}`}
            aria-label={`Not ${inertText(value)}`}
            onClick={() => deeds.not(field, value)}
          >
            <IconCircleMinus size={14} />
          </ActionIcon>
        </li>
      ))}
      {rows.length === 0 ? <li className="log-facet-note">no line has it</li> : null}
      {data.length === count && count < COUNT_MAX ? (
        <li>
          <button
            type="button"
            className="link-button log-facet-note"
            onClick={() => setCount(COUNT_MAX)}
          >
            more values
          </button>
        </li>
      ) : null}
    </ul>
  )
}
