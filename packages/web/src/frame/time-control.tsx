import { ActionIcon, Button, Menu, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { IconClock, IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { fullTime, inputTime, shortTime } from '../time/clock-text.ts'
import { QUICK_RANGES, type TimeRange, rangeText, resolveRange } from '../time/range.ts'
import { serverNow } from '../time/server-clock.ts'

/** The range menu and the refresh button. `absolute` says whether two fixed times make sense here. */
export function TimeControl(props: {
  readonly range: TimeRange
  readonly onChange: (range: TimeRange) => void
  readonly absolute: boolean
}): React.JSX.Element {
  const { range, onChange, absolute } = props
  const client = useQueryClient()
  return (
    <div style={{ display: 'flex', gap: 6 }}>
      <Menu position="bottom-end" width={absolute ? 280 : 170}>
        <Menu.Target>
          <Button
            variant="default"
            size="sm"
            leftSection={<IconClock size={15} aria-hidden />}
            title={absolute ? wholeRange(range) : undefined}
          >
            {rangeText(range, shortTime)}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {QUICK_RANGES.map(([back, words]) => (
            <Menu.Item key={back} onClick={() => onChange({ from: `now-${back}`, to: 'now' })}>
              Last {words}
            </Menu.Item>
          ))}
          {absolute ? <AbsoluteForm range={range} onChange={onChange} /> : null}
        </Menu.Dropdown>
      </Menu>
      <ActionIcon
        variant="default"
        size={36}
        aria-label="Refresh now"
        onClick={() => void client.invalidateQueries()}
      >
        <IconRefresh size={16} />
      </ActionIcon>
    </div>
  )
}

function AbsoluteForm(props: {
  readonly range: TimeRange
  readonly onChange: (range: TimeRange) => void
}): React.JSX.Element {
  const ends = resolveRange(props.range, serverNow())
  const [from, setFrom] = useState(inputTime(ends.fromMs))
  const [to, setTo] = useState(inputTime(ends.toMs))
  const fromMs = new Date(from).getTime()
  const toMs = new Date(to).getTime()
  const sensible = fromMs < toMs
  return (
    <form
      style={{ padding: 10, display: 'grid', gap: 8, borderTop: '1px solid var(--line)' }}
      onSubmit={(event) => {
        event.preventDefault()
        if (sensible) props.onChange({ from: String(fromMs), to: String(toMs) })
      }}
    >
      <TextInput
        type="datetime-local"
        label="From"
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        label="To"
        value={to}
        error={sensible ? undefined : 'Want a time after the first'}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" disabled={!sensible}>
        Show
      </Button>
    </form>
  )
}

function wholeRange(range: TimeRange): string {
  const { fromMs, toMs } = resolveRange(range, serverNow())
  return `${fullTime(fromMs)} – ${fullTime(toMs)}`
}
