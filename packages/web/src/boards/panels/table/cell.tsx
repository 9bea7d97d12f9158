import {
  type DisplayValue,
  type Frame,
  displayOf,
  formattedText,
  inkOn,
  legibleOn,
  reduceValues,
} from '@weir/boards'
import { Bar } from '../bargauge/bar.tsx'
import type { FieldLink } from '../links/field-links.ts'
import { trendOf } from '../stat/trend.ts'
import type { Column } from './columns.ts'

/** Texts longer than this may not fit, and can be read by pointing at them. */
const SHORT = 18

/** What is inside a cell. */
export function CellContent(props: {
  readonly column: Column
  readonly value: unknown
  readonly shown: DisplayValue
  readonly links: readonly FieldLink[]
  readonly dark: boolean
  readonly timeZone: string
}): React.JSX.Element {
  const { column, value, shown, links, dark, timeZone } = props
  const text = formattedText(shown)
  if (column.field.type === 'frame') return <TrendCell {...{ column, value, dark, timeZone }} />
  switch (column.cell.type) {
    case 'gauge':
      return (
        <span className="cell-gauge">
          <Bar
            {...{ shown, dark, name: column.name }}
            field={column.field}
            mode={column.cell.mode}
            isVertical={false}
            isUnfilledShown
          />
          <b style={{ color: legibleOn(shown.color, { dark, ratio: 4.5 }) }}>{text}</b>
        </span>
      )
    case 'data-links':
      return (
        <>
          {links.map((link) => (
            <CellLink key={link.href} link={link}>
              {link.title}{' '}
            </CellLink>
          ))}
        </>
      )
    case 'image':
      return isWebAddress(value) ? (
        <a href={value} target="_blank" rel="noreferrer">
          {text}
        </a>
      ) : (
        <>{text}</>
      )
    case 'pill':
      return (
        <>
          {pillsOf(value, text).map((pill, at) => (
            <span
              key={at}
              className="cell-pill"
              style={{ background: shown.color, color: inkOn(shown.color, dark) }}
            >
              {pill}
            </span>
          ))}
        </>
      )
    case 'json-view':
      return <code title={text}>{text}</code>
    default: {
      const [link] = links
      const plain = text.length > SHORT ? <span title={text}>{text}</span> : <>{text}</>
      return link === undefined ? plain : <CellLink link={link}>{plain}</CellLink>
    }
  }
}

function CellLink({
  link,
  children,
}: {
  readonly link: FieldLink
  readonly children: React.ReactNode
}) {
  return (
    <a
      href={link.href}
      title={link.title}
      {...(link.isBlank ? { target: '_blank', rel: 'noreferrer' } : {})}
    >
      {children}
    </a>
  )
}

function isWebAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value)
}

function pillsOf(value: unknown, text: string): string[] {
  const parts = Array.isArray(value) ? value.map(String) : text.split(',')
  return parts.map((part) => part.trim()).filter(Boolean)
}

const TREND = { width: 120, height: 22 }

/** A series in a cell: its course, and one figure of it. */
function TrendCell(props: {
  readonly column: Column
  readonly value: unknown
  readonly dark: boolean
  readonly timeZone: string
}): React.JSX.Element {
  const { column, value, dark, timeZone } = props
  const frame = value as Frame | null
  const found = frame?.fields.find(({ type }) => type === 'number')
  if (frame === null || found === undefined) return <>–</>
  // The series takes on what the panel says of the column.
  const field = { ...found, config: { ...found.config, ...column.field.config } }
  const stat = column.field.config['stat']
  const figure = reduceValues(field.values, typeof stat === 'string' ? stat : 'lastNotNull')
  const shown = displayOf(field, { dark, timeZone })(figure)
  const trend = trendOf({ field, frame }, TREND)
  return (
    <span className="cell-trend">
      <svg
        viewBox={`0 -1 ${TREND.width} ${TREND.height + 2}`}
        preserveAspectRatio="none"
        style={{ color: shown.color }}
        aria-hidden
      >
        <path className="area" d={trend?.area ?? ''} />
        <path className="line" d={trend?.line ?? ''} />
      </svg>
      {column.field.config.custom?.['hideValue'] === true ? null : (
        <b>{formattedText(shown) || '–'}</b>
      )}
    </span>
  )
}
