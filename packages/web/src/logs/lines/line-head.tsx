import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react'
import { columnStyle } from './column-style.ts'
import { inertText } from './inert-text.ts'
import type { Order } from './line.ts'

/** What the columns of the list are; the time turns its order. */
export function LineHead(props: {
  readonly columns: readonly string[]
  readonly order: Order
  readonly canTurn: boolean
  readonly withDay: boolean
  readonly onOrder: (order: Order) => void
  readonly onColumn: (name: string) => void
}): React.JSX.Element {
  const { columns, order, canTurn, onOrder, onColumn } = props
  const Icon = order === 'newest' ? IconArrowDown : IconArrowUp
  return (
    <div
      className="log-line log-head"
      data-day={props.withDay ? '' : undefined}
      style={columnStyle(columns.length)}
    >
      <span />
      <button
        type="button"
        className="link-button log-order"
        disabled={!canTurn}
        title={order === 'newest' ? 'Newest first; turn' : 'Oldest first; turn'}
        onClick={() => onOrder(order === 'newest' ? 'oldest' : 'newest')}
      >
        Time <Icon size={12} aria-hidden />
        <span className="visually-hidden">{order} first</span>
      </button>
      <span>Level</span>
      <span className="log-service">Service</span>
      {columns.map((name) => (
        <span key={name} className="log-column">
          <span className="clip" title={inertText(name)}>
            {inertText(name)}
          </span>
          <button
            type="button"
            className="log-column-close"
            aria-label={`Without the column ${inertText(name)}`}
            onClick={() => onColumn(name)}
          >
            <IconX size={11} />
          </button>
        </span>
      ))}
      <span>Message</span>
    </div>
  )
}
