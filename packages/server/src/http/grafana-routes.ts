import type { BoardRow } from '@weir/boards'
import { WeirError } from '@weir/model'
import { z } from 'zod'
import { isUid } from '../dashboards/document.ts'
import type { HttpDeps } from './deps.ts'
import { foldersOf, grafanaFolderRoutes } from './grafana-folders.ts'
import { grafanaStatusRoutes } from './grafana-status.ts'
import { jsonBody, readJson } from './json-body.ts'
import {
  type Answer,
  type Call,
  type Route,
  authorOf,
  json,
  query,
  repeated,
  segment,
} from './route.ts'

/**
 * Grafana's HTTP API as far as tools need it that keep dashboards in git and put them on a server: one is
 * read and written by its uid, and all are listed.
 *
 * @see grafana:docs/sources/developers/http_api/dashboard.md
 */
export function grafanaRoutes(deps: HttpDeps): Route[] {
  const boards = (): ReturnType<HttpDeps['dashboards']> => deps.dashboards()
  const body = jsonBody(deps.dashboardLimits.max_bytes + 64 * 1024, 'dashboards.max_bytes')
  return [
    ...grafanaStatusRoutes(deps),
    ...grafanaFolderRoutes(deps),
    {
      methods: ['POST'],
      path: '/api/dashboards/db',
      access: 'write',
      audit: 'dashboard.save',
      summary: 'Save a dashboard, as Grafana does',
      parameters: [],
      body,
      handle: async (call) => await save(boards(), call),
    },
    {
      methods: ['GET', 'DELETE'],
      path: '/api/dashboards/uid/:uid',
      access: { GET: 'read', DELETE: 'write' },
      audit: { DELETE: 'dashboard.delete' },
      summary: 'A dashboard as Grafana gives it; by DELETE take it away',
      parameters: [segment('uid', 'Its uid')],
      handle: async (call) => {
        const uid = call.path['uid'] ?? ''
        if (call.origin.method !== 'DELETE') return read(boards(), uid)
        const { title } = await boards().remove(uid, authorOf(call, ''))
        call.remark({ details: { title } })
        return json({ title, message: `Dashboard ${title} deleted`, uid })
      },
    },
    {
      methods: ['GET'],
      path: '/api/search',
      access: 'read',
      summary: 'Dashboards by title and tag, as Grafana lists them',
      parameters: [
        query('query', 'In the title'),
        repeated('tag', 'All of them'),
        repeated('dashboardUIDs', 'One of them'),
        repeated('folderUIDs', 'In one of them'),
        query('type', '`dash-db`, or `dash-folder` for the folders'),
        query('limit', '1000 when left out'),
        query('page', '1 when left out'),
      ],
      handle: ({ params }) => json(search(boards().list().boards, params)),
    },
  ]
}

const wish = z.looseObject({
  dashboard: z.record(z.string(), z.unknown()),
  folderUid: z.string().optional(),
  message: z.string().default(''),
  overwrite: z.boolean().default(false),
})

type Boards = ReturnType<HttpDeps['dashboards']>

async function save(boards: Boards, call: Call): Promise<Answer> {
  const { dashboard, folderUid, message, overwrite } = readJson(call, wish)
  const { uid, version } = dashboard
  const draft = {
    document: dashboard,
    author: authorOf(call, ''),
    message,
    ...(folderUid === undefined ? {} : { folder: folderUid }),
  }
  try {
    const row = isUid(uid)
      ? await boards.put(uid, {
          ...draft,
          ...(overwrite ? {} : { basedOn: baseOf(boards, uid, version) }),
        })
      : await boards.add(draft)
    call.remark({
      target: row.uid,
      details: { title: row.title, version: String(row.version) },
    })
    return json({
      uid: row.uid,
      url: `/dashboards/${row.uid}`,
      status: 'success',
      version: row.version,
      slug: row.title.toLowerCase().replaceAll(/\W+/g, '-'),
      folderUid: row.folder,
    })
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'DASHBOARD_CONFLICT') throw error
    const body = { status: 'version-mismatch', message: error.message }
    return { ...json(body), status: 412 }
  }
}

/** A file from git says whichever version it had elsewhere; a new one none that counts. */
function baseOf(boards: Boards, uid: string, version: unknown): number {
  if (!boards.has(uid)) return 0
  return typeof version === 'number' ? version : 0
}

function read(boards: Boards, uid: string): Answer {
  const row = boards.row(uid)
  const at = new Date(row.updatedMs).toISOString()
  return json({
    dashboard: { ...boards.document(uid), version: row.version },
    meta: {
      type: 'db',
      canSave: row.origin !== 'pack',
      canEdit: row.origin !== 'pack',
      canDelete: row.origin !== 'pack',
      canStar: true,
      url: `/dashboards/${uid}`,
      updated: at,
      updatedBy: row.author,
      version: row.version,
      isFolder: false,
      folderUid: row.folder,
      folderTitle: row.folder,
      provisioned: row.origin === 'pack',
    },
  })
}

const PAGE = 1000

function search(rows: readonly BoardRow[], params: URLSearchParams): object[] {
  const words = (params.get('query') ?? '').toLowerCase()
  const tags = params.getAll('tag')
  const uids = params.getAll('dashboardUIDs')
  const limit = Math.min(5000, Number(params.get('limit')) || PAGE)
  const page = Math.max(1, Number(params.get('page')) || 1)
  const folders = params.getAll('folderUIDs').flatMap((list) => list.split(','))
  if (params.get('type') === 'dash-folder') {
    return foldersOf(rows)
      .filter(({ title }) => title.toLowerCase().includes(words))
      .slice((page - 1) * limit, page * limit)
      .map((folder) => ({ ...folder, type: 'dash-folder', tags: [], isStarred: false }))
  }
  return rows
    .filter(({ folder }) => folders.length === 0 || folders.includes(folder))
    .filter(({ title }) => title.toLowerCase().includes(words))
    .filter((row) => tags.every((tag) => row.tags.includes(tag)))
    .filter(({ uid }) => uids.length === 0 || uids.includes(uid))
    .toSorted((a, b) => (a.title < b.title ? -1 : 1))
    .slice((page - 1) * limit, page * limit)
    .map(({ uid, title, tags: own, folder }) => ({
      uid,
      title,
      url: `/dashboards/${uid}`,
      type: 'dash-db',
      tags: own,
      isStarred: false,
      ...(folder === '' ? {} : { folderUid: folder, folderTitle: folder }),
    }))
}
