import { type Dashboard, type Scope, interpolate } from '@weir/boards'
import { Button, Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { IconExternalLink, IconLayoutDashboard } from '@tabler/icons-react'
import { safeLink } from '../../frame/safe-link.ts'
import { boardsQuery } from './board-queries.ts'
import type { BoardSearch } from './board-search.ts'

/** Links of a board: to other boards by their tags, and to anywhere. Time and variables go along where asked. */
export function BoardLinks(props: {
  readonly dashboard: Dashboard
  readonly scope: Scope
  readonly search: BoardSearch
}): React.JSX.Element {
  const { dashboard, scope, search } = props
  const wantsBoards = dashboard.links.some(({ type }) => type === 'dashboards')
  const { data: boards = [] } = useQuery({ ...boardsQuery, enabled: wantsBoards })
  return (
    <>
      {dashboard.links.map((link, i) => {
        const words = interpolate(link.title, scope)
        if (link.type === 'link') {
          const href = safeLink(carried(interpolate(link.url ?? '', scope), link, scope))
          if (href === undefined) return null
          return (
            <Button
              key={i}
              component="a"
              href={href}
              size="sm"
              variant="default"
              title={link.tooltip}
              leftSection={<IconExternalLink size={15} aria-hidden />}
              {...(link.targetBlank === true ? { target: '_blank', rel: 'noreferrer' } : {})}
            >
              {words === '' ? href : words}
            </Button>
          )
        }
        const tags = link.tags ?? []
        const found = boards.filter(
          (board) => board.uid !== dashboard.uid && tags.every((tag) => board.tags.includes(tag)),
        )
        if (found.length === 0) return null
        const kept = keptSearch(search, link)
        return (
          <Menu key={i} position="bottom-end">
            <Menu.Target>
              <Button
                size="sm"
                variant="default"
                leftSection={<IconLayoutDashboard size={15} aria-hidden />}
              >
                {words === '' ? 'Dashboards' : words}
              </Button>
            </Menu.Target>
            <Menu.Dropdown mah={420} style={{ overflow: 'auto' }}>
              {found.map(({ uid, title }) => (
                <Menu.Item
                  key={uid}
                  renderRoot={(item) => (
                    <Link {...item} to="/dashboards/$uid" params={{ uid }} search={kept} />
                  )}
                >
                  {title}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )
      })}
    </>
  )
}

type BoardLink = Dashboard['links'][number]

function carried(url: string, { keepTime, includeVars }: BoardLink, scope: Scope): string {
  const parts = [
    keepTime === true ? '${__url_time_range}' : '',
    includeVars === true ? '${__all_variables}' : '',
  ].filter((part) => part !== '')
  if (parts.length === 0) return url
  const [plain = '', hash] = url.split('#', 2)
  const added = interpolate(parts.join('&'), scope)
  const whole = added === '' ? plain : `${plain}${plain.includes('?') ? '&' : '?'}${added}`
  return hash === undefined ? whole : `${whole}#${hash}`
}

function keptSearch(search: BoardSearch, { keepTime, includeVars }: BoardLink): BoardSearch {
  const { from, to, tz } = search
  const time = keepTime === true ? { from, to, tz } : {}
  const variables =
    includeVars === true ? Object.entries(search).filter(([name]) => name.startsWith('var-')) : []
  return { ...time, ...Object.fromEntries(variables) } as BoardSearch
}
