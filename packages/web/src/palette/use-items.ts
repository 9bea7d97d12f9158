import { useMantineColorScheme } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { leave } from '../access/account.tsx'
import { whoamiQuery } from '../api/access.ts'
import { askPrometheus } from '../api/client.ts'
import { overviewQuery, packsQuery } from '../api/weir.ts'
import { boardsQuery } from '../boards/page/board-queries.ts'
import { SHORTCUTS } from '../frame/shortcuts.ts'
import type { PaletteItem } from './rank.ts'

/** Everything that the palette offers; asked of Weir when it opens. */
export function usePaletteItems(showHelp: () => void): readonly PaletteItem[] {
  const navigate = useNavigate()
  const client = useQueryClient()
  const { toggleColorScheme } = useMantineColorScheme()
  const { data: overview } = useQuery(overviewQuery('1h'))
  const { data: boards } = useQuery(boardsQuery)
  const { data: packs } = useQuery(packsQuery)
  const { data: me } = useQuery(whoamiQuery)
  const { data: names } = useQuery({
    queryKey: ['metric-names'],
    queryFn: async ({ signal }) =>
      (await askPrometheus<readonly string[]>('label/__name__/values', undefined, signal)).data,
  })
  return useMemo(() => {
    const pages = SHORTCUTS.flatMap(({ title, command, keys }): PaletteItem[] =>
      command.kind === 'go'
        ? [
            {
              id: `page ${title}`,
              group: 'Pages',
              title,
              more: keys.join(' '),
              run: () => void navigate({ to: command.to }),
            },
          ]
        : [],
    )
    const pipelines = (overview?.pipelines ?? []).map(
      ({ system, pipeline, health, reason }): PaletteItem => ({
        id: `pipeline ${system} ${pipeline}`,
        group: 'Pipelines',
        title: pipeline,
        more: `${system} · ${health === 'healthy' ? 'healthy' : reason}`,
        run: () =>
          void navigate({ to: '/pipelines/$system/$pipeline', params: { system, pipeline } }),
      }),
    )
    const dashboards = (boards ?? []).map(({ uid, title, tags }): PaletteItem => ({
      id: `board ${uid}`,
      group: 'Dashboards',
      title,
      more: tags.join(' '),
      run: () => void navigate({ to: '/dashboards/$uid', params: { uid } }),
    }))
    const known = (packs ?? []).map(({ id, title, awake }): PaletteItem => ({
      id: `pack ${id}`,
      group: 'Packs',
      title,
      more: awake ? `${id} · awake` : id,
      run: () => void navigate({ to: '/packs/$id', params: { id } }),
    }))
    const deeds: PaletteItem[] = [
      {
        id: 'deed wall',
        group: 'Deeds',
        title: 'Wall screen',
        more: 'w',
        run: () => void navigate({ to: '/', search: { wall: '1' } }),
      },
      {
        id: 'deed theme',
        group: 'Deeds',
        title: 'Light or dark',
        more: 'T',
        run: toggleColorScheme,
      },
      {
        id: 'deed refresh',
        group: 'Deeds',
        title: 'Refresh now',
        more: 'r',
        run: () => void client.invalidateQueries(),
      },
      {
        id: 'deed access',
        group: 'Deeds',
        title: 'Access: sessions, tokens, changes',
        more: '',
        run: () => void navigate({ to: '/access' }),
      },
      ...(me?.session
        ? [
            {
              id: 'deed leave',
              group: 'Deeds',
              title: 'Log out',
              more: '',
              run: () => void leave(),
            },
          ]
        : []),
      {
        id: 'deed link',
        group: 'Deeds',
        title: 'Copy the link to this page',
        more: '',
        run: () => void navigator.clipboard.writeText(location.href),
      },
      { id: 'deed help', group: 'Deeds', title: 'Keyboard shortcuts', more: '?', run: showHelp },
    ]
    const metrics = (names ?? []).map((name): PaletteItem => ({
      id: `metric ${name}`,
      group: 'Metrics',
      title: name,
      more: '',
      run: () => void navigate({ to: '/explore', search: { expr: name } }),
    }))
    return [...pages, ...pipelines, ...dashboards, ...known, ...deeds, ...metrics]
  }, [overview, boards, packs, names, me, navigate, client, toggleColorScheme, showHelp])
}
