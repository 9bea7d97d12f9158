import { type PlacedPanel, interpolate } from '@weir/boards'
import { ActionIcon, Menu } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import {
  IconArrowsMaximize,
  IconChartLine,
  IconDots,
  IconDownload,
  IconExternalLink,
  IconLink,
  IconPencil,
  IconTable,
} from '@tabler/icons-react'
import { Suspense, lazy, useState } from 'react'
import { Offered } from '../../access/offered.tsx'
import { safeLink } from '../../frame/safe-link.ts'
import { keepBoard } from '../library/board-deeds.ts'
import type { BoardLook } from './board-look.ts'
import { changedSearch } from './board-search.ts'
import type { Fed } from './feed.ts'
import type { Drawn } from './panel-frames.ts'
import type { Asked } from './panel-questions.ts'
import { saveCsv } from './save-csv.ts'

const Inspect = lazy(async () => ({ default: (await import('./inspect.tsx')).Inspect }))

/** What can be done with a panel. */
export function PanelMenu(props: {
  readonly placed: PlacedPanel
  readonly look: BoardLook
  readonly title: string
  readonly asked: readonly Asked[]
  readonly drawn: Drawn
  readonly fed: Fed<readonly Asked[]>
}): React.JSX.Element {
  const { placed, look, title, asked, drawn, fed } = props
  const { panel, scope, key } = placed
  const [isInspecting, setInspecting] = useState(false)
  const navigate = useNavigate({ from: '/dashboards/$uid' })
  const query = asked.find(({ shiftMs }) => shiftMs === 0)?.query
  const links = panel.links.flatMap(({ title: words, url, targetBlank }) => {
    const href = safeLink(interpolate(url, scope))
    return href === undefined ? [] : [{ words: interpolate(words, scope), href, targetBlank }]
  })
  return (
    <>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <ActionIcon
            className="panel-menu"
            variant="subtle"
            color="gray"
            size={26}
            aria-label={`What to do with ${title === '' ? `panel ${key}` : title}`}
          >
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconArrowsMaximize size={15} />}
            onClick={() => look.onView(key)}
          >
            View alone
          </Menu.Item>
          <Offered to={keepBoard}>
            <Menu.Item
              leftSection={<IconPencil size={15} />}
              onClick={() => {
                // A copy for another value of a variable is the panel that it is a copy of.
                const editPanel = String(panel.id)
                void navigate({
                  search: (before) =>
                    changedSearch(before, { viewPanel: undefined, edit: '1', editPanel }),
                })
              }}
            >
              Edit
            </Menu.Item>
          </Offered>
          {query === undefined ? null : (
            <Menu.Item
              leftSection={<IconChartLine size={15} />}
              renderRoot={(item) =>
                query.language === 'logql' ? (
                  <Link {...item} to="/logs" search={{ query: query.expr, ...ends(look) }} />
                ) : (
                  <Link {...item} to="/explore" search={{ expr: query.expr, ...ends(look) }} />
                )
              }
            >
              Explore
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconTable size={15} />} onClick={() => setInspecting(true)}>
            Data and queries
          </Menu.Item>
          {panel.type === 'table' && drawn.frames.length > 0 ? (
            <Menu.Item
              leftSection={<IconDownload size={15} />}
              onClick={() =>
                saveCsv(title === '' ? `Panel ${key}` : title, drawn.frames, look.timeZone)
              }
            >
              Download CSV
            </Menu.Item>
          ) : null}
          <Menu.Item
            leftSection={<IconLink size={15} />}
            onClick={() => void navigator.clipboard.writeText(linkTo(key))}
          >
            Copy link
          </Menu.Item>
          {links.length > 0 ? <Menu.Divider /> : null}
          {links.map(({ words, href, targetBlank }) => (
            <Menu.Item
              key={`${words} ${href}`}
              component="a"
              href={href}
              leftSection={<IconExternalLink size={15} />}
              {...(targetBlank === true ? { target: '_blank', rel: 'noreferrer' } : {})}
            >
              {words === '' ? href : words}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {isInspecting ? (
        <Suspense fallback={null}>
          <Inspect
            {...{ placed, title, asked, drawn, fed, timeZone: look.timeZone }}
            onClose={() => setInspecting(false)}
          />
        </Suspense>
      ) : null}
    </>
  )
}

/** The board's time for a page that knows less of times. */
function ends({ time }: BoardLook): { readonly from: string; readonly to: string } {
  const isPlain = /^now-\d+[smhdwy]$/.test(time.from) && time.to === 'now'
  return isPlain
    ? { from: time.from, to: time.to }
    : { from: String(Math.round(time.fromMs)), to: String(Math.round(time.toMs)) }
}

function linkTo(key: string): string {
  const url = new URL(location.href)
  url.searchParams.set('viewPanel', key)
  return url.href
}
