import { type Dashboard, dateMath } from '@weir/boards'
import { Autocomplete, Button, Popover, TextInput } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconClock, IconZoomOut } from '@tabler/icons-react'
import { useState } from 'react'
import { type BoardTime, quickTimes, timeWords, wholeTime, zoneName } from './board-time.ts'
import { moveWindow } from './move-window.ts'

/** The time of a board: quick ranges, two ends to type, the zone; back, forth, and wider. */
export function TimePicker(props: {
  readonly dashboard: Dashboard
  readonly time: BoardTime
  readonly timeZone: string
  readonly onTime: (next: { readonly from: string; readonly to: string }) => void
  readonly onZone: (zone: string) => void
}): React.JSX.Element {
  const { dashboard, time, timeZone, onTime, onZone } = props
  const [isOpen, setOpen] = useState(false)
  const choose = (next: { readonly from: string; readonly to: string }): void => {
    setOpen(false)
    onTime({ from: next.from, to: next.to })
  }
  return (
    <Button.Group>
      <Button
        size="sm"
        px={6}
        variant="default"
        aria-label="Back in time"
        onClick={() => onTime(moveWindow(time, 'back'))}
      >
        <IconChevronLeft size={16} aria-hidden />
      </Button>
      <Popover
        position="bottom-end"
        width={520}
        opened={isOpen}
        onChange={setOpen}
        trapFocus
        shadow="md"
      >
        <Popover.Target>
          <Button
            size="sm"
            variant="default"
            leftSection={<IconClock size={15} aria-hidden />}
            title={wholeTime(time)}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {timeWords(time, timeZone)}
          </Button>
        </Popover.Target>
        <Popover.Dropdown className="board-times" aria-label="Time">
          <TypedTime {...{ time, timeZone }} onChoose={choose} onZone={onZone} />
          <ul>
            {quickTimes(dashboard.timepicker).map((quick) => (
              <li key={quick.words}>
                <button
                  type="button"
                  aria-current={quick.from === time.from && quick.to === time.to}
                  onClick={() => choose(quick)}
                >
                  {quick.words}
                </button>
              </li>
            ))}
          </ul>
        </Popover.Dropdown>
      </Popover>
      <Button
        size="sm"
        px={6}
        variant="default"
        aria-label="Forward in time"
        onClick={() => onTime(moveWindow(time, 'forth'))}
      >
        <IconChevronRight size={16} aria-hidden />
      </Button>
      <Button
        size="sm"
        px={6}
        variant="default"
        aria-label="Longer time"
        onClick={() => onTime(moveWindow(time, 'wider'))}
      >
        <IconZoomOut size={16} aria-hidden />
      </Button>
    </Button.Group>
  )
}

function TypedTime(props: {
  readonly time: BoardTime
  readonly timeZone: string
  readonly onChoose: (next: { readonly from: string; readonly to: string }) => void
  readonly onZone: (zone: string) => void
}): React.JSX.Element {
  const { time, timeZone } = props
  const [from, setFrom] = useState(typed(time.from, time.fromMs))
  const [to, setTo] = useState(typed(time.to, time.toMs))
  const fromMs = read(from, time.nowMs, timeZone, false)
  const toMs = read(to, time.nowMs, timeZone, true)
  const fromWrong = fromMs === undefined ? WANTED : undefined
  const toWrong =
    toMs === undefined
      ? WANTED
      : fromMs !== undefined && fromMs >= toMs
        ? 'Want a time after the first'
        : undefined
  return (
    <form
      className="stack"
      style={{ gap: 10 }}
      onSubmit={(event) => {
        event.preventDefault()
        if (fromWrong !== undefined || toWrong !== undefined) return
        props.onChoose({ from: ended(from, fromMs!), to: ended(to, toMs!) })
      }}
    >
      <TextInput
        label="From"
        value={from}
        error={fromWrong}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        label="To"
        value={to}
        error={toWrong}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" disabled={fromWrong !== undefined || toWrong !== undefined}>
        Show
      </Button>
      <Autocomplete
        label="Time zone"
        data={['browser', 'UTC', ...Intl.supportedValuesOf('timeZone')]}
        limit={40}
        maxDropdownHeight={220}
        defaultValue={timeZone}
        onOptionSubmit={props.onZone}
        comboboxProps={{ withinPortal: false }}
      />
    </form>
  )
}

const WANTED = 'Want now-6h, now/d, or 2026-11-27 14:00'

/** An end as one may type it: words that move stay, milliseconds become a date in UTC. */
function typed(text: string, ms: number): string {
  return text.includes('now')
    ? text
    : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`
}

function read(text: string, nowMs: number, zone: string, roundUp: boolean): number | undefined {
  return dateMath(text.trim(), { nowMs, timezone: zoneName(zone), roundUp })
}

function ended(text: string, ms: number): string {
  return text.includes('now') ? text.trim() : String(ms)
}
