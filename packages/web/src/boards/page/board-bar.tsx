import type { Dashboard, Scope } from '@weir/boards'
import { ActionIcon, Button, Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import {
  IconArrowLeft,
  IconDeviceTv,
  IconFlag,
  IconHistory,
  IconPencil,
  IconRefresh,
} from '@tabler/icons-react'
import { Offered } from '../../access/offered.tsx'
import { keepBoard } from '../library/board-deeds.ts'
import { BoardLinks } from './board-links.tsx'
import type { BoardChange, BoardSearch } from './board-search.ts'
import { type BoardTime, refreshSpans, spanWords } from './board-time.ts'
import type { MarkChoice } from './marks.ts'
import { COMPARISONS, comparisonOf } from './panel-questions.ts'
import { TimePicker } from './time-picker.tsx'

/** What stands above a board: its name, links, time, refresh, and how it is looked at. */
export function BoardBar(props: {
  readonly dashboard: Dashboard
  readonly search: BoardSearch
  readonly time: BoardTime
  readonly timeZone: string
  readonly scope: Scope | undefined
  readonly marks: MarkChoice
  readonly isAlone: boolean
  readonly set: (change: BoardChange) => void
  readonly onTime: (next: { readonly from: string; readonly to: string }) => void
  readonly again: () => void
}): React.JSX.Element {
  const { dashboard, search, time, timeZone, scope, marks, set, onTime, again } = props
  const compare = comparisonOf(search.compare)
  return (
    <div className="page-head board-head">
      <div className="grow">
        <div className="board-crumb">
          {props.isAlone ? (
            <button
              type="button"
              className="link-button"
              onClick={() => set({ viewPanel: undefined })}
            >
              <IconArrowLeft size={13} aria-hidden /> All panels
            </button>
          ) : (
            <Link to="/dashboards">Dashboards</Link>
          )}
        </div>
        <h1 title={dashboard.description}>{dashboard.title}</h1>
      </div>
      <div className="board-tools">
        {scope === undefined ? null : (
          <BoardLinks dashboard={dashboard} scope={scope} search={search} />
        )}
        {/* There from the start, so that the line does not break anew when they come. */}
        <Button
          size="sm"
          px={10}
          miw={58}
          variant={marks.isShown && marks.count > 0 ? 'light' : 'default'}
          leftSection={<IconFlag size={15} aria-hidden />}
          disabled={marks.count === 0}
          aria-pressed={marks.isShown}
          title={marks.count === 0 ? 'No events or annotations in this time' : undefined}
          onClick={() => marks.setShown(!marks.isShown)}
        >
          {marks.count}
          <span className="visually-hidden"> events and annotations</span>
        </Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              size="sm"
              variant={compare === undefined ? 'default' : 'light'}
              leftSection={<IconHistory size={15} aria-hidden />}
            >
              {compare === undefined ? 'Compare' : COMPARISONS[compare].words}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => set({ compare: '1w' })}>With last week</Menu.Item>
            <Menu.Item onClick={() => set({ compare: '1d' })}>With the day before</Menu.Item>
            <Menu.Item disabled={compare === undefined} onClick={() => set({ compare: undefined })}>
              With nothing
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        {dashboard.timepicker?.hidden === true ? null : (
          <TimePicker {...{ dashboard, time, timeZone, onTime }} onZone={(tz) => set({ tz })} />
        )}
        <RefreshMenu {...{ dashboard, search, set, again }} />
        {search.edit === undefined ? (
          <Offered to={keepBoard}>
            <ActionIcon
              variant="default"
              size={36}
              aria-label="Edit the dashboard"
              onClick={() => set({ edit: '1' })}
            >
              <IconPencil size={17} />
            </ActionIcon>
          </Offered>
        ) : null}
        <ActionIcon
          variant="default"
          size={36}
          aria-label="Kiosk: only the panels"
          onClick={() => set({ kiosk: '1' })}
        >
          <IconDeviceTv size={17} />
        </ActionIcon>
      </div>
    </div>
  )
}

function RefreshMenu(props: {
  readonly dashboard: Dashboard
  readonly search: BoardSearch
  readonly set: (change: BoardChange) => void
  readonly again: () => void
}): React.JSX.Element {
  const { dashboard, search, set, again } = props
  const current = search.refresh ?? dashboard.refresh
  const isOn = current !== '' && current !== 'off'
  return (
    <Button.Group>
      <Button size="sm" px={10} variant="default" aria-label="Refresh now" onClick={again}>
        <IconRefresh size={16} aria-hidden />
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            size="sm"
            px={8}
            variant="default"
            aria-label={`Refresh: ${isOn ? current : 'off'}`}
          >
            {isOn ? current : 'off'}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => set({ refresh: 'off' })}>Off</Menu.Item>
          <Menu.Item onClick={() => set({ refresh: 'auto' })}>
            As often as a pixel changes
          </Menu.Item>
          {refreshSpans(dashboard).map((span) => (
            <Menu.Item key={span} onClick={() => set({ refresh: span })}>
              Each {spanWords(span)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  )
}
