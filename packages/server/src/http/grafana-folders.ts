import type { BoardRow } from '@weir/boards'
import { WeirError } from '@weir/model'
import { z } from 'zod'
import { checkFolder } from '../dashboards/document.ts'
import type { HttpDeps } from './deps.ts'
import { jsonBody, readJson } from './json-body.ts'
import { type Route, json, segment } from './route.ts'

/**
 * Folders as Grafana's API has them. Here a folder is the name that dashboards lie under, so one is there as
 * long as there is a dashboard in it: making one keeps nothing, and says under which uid to save.
 *
 * @see grafana:docs/sources/developers/http_api/folder.md
 */
export function grafanaFolderRoutes(deps: HttpDeps): Route[] {
  const all = (): Folder[] => foldersOf(deps.dashboards().list().boards)
  return [
    {
      methods: ['GET', 'POST'],
      path: '/api/folders',
      access: { GET: 'read', POST: 'write' },
      audit: false,
      summary:
        'Folders that dashboards lie in, as Grafana lists them; by POST the uid of a new one',
      parameters: [],
      body: jsonBody(BODY_BYTES),
      handle: (call) => {
        if (call.origin.method === 'GET') return json(all())
        const { uid, title } = readJson(call, wish)
        return json(folderOf(checkFolder(uid ?? title)))
      },
    },
    {
      methods: ['GET'],
      path: '/api/folders/:uid',
      access: 'read',
      summary: 'A folder as Grafana gives it',
      parameters: [segment('uid', 'Its uid: its name, with %2F between folder and folder')],
      handle: ({ path }) => {
        const uid = path['uid'] ?? ''
        const found = all().find((folder) => folder.uid === uid)
        if (found !== undefined) return json(found)
        const shown = JSON.stringify(uid.slice(0, 80))
        throw new WeirError(
          'DASHBOARD_UNKNOWN',
          `Cannot find folder ${shown}: no dashboard is in it`,
        )
      },
    },
  ]
}

const BODY_BYTES = 64 * 1024

const wish = z.looseObject({ uid: z.string().optional(), title: z.string().default('') })

interface Folder {
  readonly id: number
  readonly uid: string
  readonly title: string
  readonly url: string
}

export function foldersOf(rows: readonly BoardRow[]): Folder[] {
  const names = new Set(rows.map(({ folder }) => folder).filter((folder) => folder !== ''))
  return [...names].toSorted().map(folderOf)
}

function folderOf(folder: string): Folder {
  const url = `/dashboards?${new URLSearchParams({ folder }).toString()}`
  return { id: 0, uid: folder, title: folder, url }
}
