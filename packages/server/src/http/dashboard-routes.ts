import type { BoardConflict, BoardVersionRow } from '@weir/boards'
import { WeirError } from '@weir/model'
import { z } from 'zod'
import { fromTo } from '../audit/changed-keys.ts'
import type { BoardDraft } from '../dashboards/dashboards.ts'
import type { Document } from '../dashboards/document.ts'
import { EXPORT_FORMS, type ExportForm, exportBoard } from '../dashboards/export-board.ts'
import { fileText } from '../dashboards/file-text.ts'
import { importBoards } from '../dashboards/import-boards.ts'
import type { HttpDeps } from './deps.ts'
import { errorBody } from './errors.ts'
import { jsonBody, readJson } from './json-body.ts'
import { flagOf, invalid } from './parameters.ts'
import {
  type Answer,
  type Call,
  type Route,
  authorOf,
  failure,
  json,
  query,
  segment,
} from './route.ts'

const change = z.strictObject({
  dashboard: z.record(z.string(), z.unknown()),
  version: z.int().nonnegative().optional(),
  folder: z.string().optional(),
  author: z.string().default(''),
  message: z.string().max(1000).default(''),
})

const restored = z.strictObject({
  version: z.int().positive().optional(),
  author: z.string().default(''),
})

/** `/api/weir/v1/dashboards`: those of packs, of files, and those that people saved. */
export function dashboardRoutes(deps: HttpDeps): Route[] {
  const { dashboardLimits } = deps
  const boards = (): ReturnType<HttpDeps['dashboards']> => deps.dashboards()
  // A document and what is said of it.
  const body = jsonBody(dashboardLimits.max_bytes + ROOM_BESIDE, 'dashboards.max_bytes')
  const uid = segment('uid', 'Its uid')
  return [
    {
      methods: ['GET', 'POST'],
      path: '/api/weir/v1/dashboards',
      access: { GET: 'read', POST: 'write' },
      audit: { POST: 'dashboard.save' },
      summary: 'Every dashboard; by POST keep a new one',
      parameters: [],
      body,
      handle: async (call) => {
        if (call.origin.method !== 'POST') return json(boards().list())
        return json(told(call, await boards().add(draftOf(call, readJson(call, change)))))
      },
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/dashboards/import',
      access: 'write',
      audit: 'dashboard.import',
      summary: 'Keep the dashboards of a text: JSON of Grafana, or ConfigMaps, as JSON or YAML',
      parameters: [
        query('dry_run', 'true keeps nothing and answers what would be kept'),
        query('folder', 'Where to'),
        query('replace', 'true replaces what has the same uid; else a copy is kept beside it'),
        query('author', 'Who does it'),
      ],
      body: { ...body, type: 'application/octet-stream' },
      handle: async (call) => {
        const wish = importWish(call)
        if (wish.isDry) call.remark({ isNothing: true })
        const result = await importBoards(boards(), wish)
        const saved = result.boards.filter((board) => board.saved !== null)
        call.remark({ target: saved.map(({ uid: kept }) => kept).join(' ') })
        return json(result)
      },
    },
    {
      methods: ['GET', 'PUT', 'DELETE'],
      path: '/api/weir/v1/dashboards/:uid',
      access: { GET: 'read', PUT: 'write', DELETE: 'write' },
      audit: { PUT: 'dashboard.save', DELETE: 'dashboard.delete' },
      summary: 'One dashboard in the newest form; by PUT save it, by DELETE take it away',
      parameters: [
        uid,
        query('version', 'GET: another version than the newest'),
        query('author', 'DELETE: who does it'),
      ],
      body,
      handle: async (call) => {
        const which = call.path['uid'] ?? ''
        if (call.origin.method === 'GET') return one(boards(), which, call)
        if (call.origin.method === 'DELETE') {
          const author = authorOf(call, call.params.get('author') ?? '')
          return json(told(call, await boards().remove(which, author)))
        }
        return await saved(boards(), which, call)
      },
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/dashboards/:uid/versions',
      access: 'read',
      summary: 'Its versions, the newest first',
      parameters: [uid],
      handle: ({ path }) => json(boards().versions(path['uid'] ?? '')),
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/dashboards/:uid/restore',
      access: 'write',
      audit: 'dashboard.restore',
      summary: 'Make an older version the newest; without a version, bring back what was deleted',
      parameters: [uid],
      body,
      handle: async (call) => {
        const { version, author } = readJson(call, restored)
        const by = authorOf(call, author)
        return json(told(call, await boards().restore(call.path['uid'] ?? '', version, by)))
      },
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/dashboards/:uid/export',
      access: 'read',
      summary: 'It as a file for Grafana',
      parameters: [uid, query('form', '`plain` when left out, `sharing` or `provisioning`')],
      handle: ({ path, params }) => exported(boards(), path['uid'] ?? '', params.get('form')),
    },
  ]
}

/** What a change says besides the document. */
const ROOM_BESIDE = 64 * 1024

type Boards = ReturnType<HttpDeps['dashboards']>

function one(boards: Boards, uid: string, { params }: Call): Answer {
  const version = params.get('version') ?? ''
  if (version !== '' && !/^[1-9]\d{0,9}$/.test(version)) {
    throw invalid('version', `want a number from 1, got ${JSON.stringify(version.slice(0, 40))}`)
  }
  const answer = version === '' ? boards.get(uid) : boards.version(uid, Number(version))
  const found = json(answer)
  return { ...found, headers: { ...found.headers, etag: `"${answer.meta.version}"` } }
}

async function saved(boards: Boards, uid: string, call: Call): Promise<Answer> {
  const given = readJson(call, change)
  const basedOn = given.version ?? wantedVersion(call.header('if-match'))
  const draft = { ...draftOf(call, given), ...(basedOn === undefined ? {} : { basedOn }) }
  const before = boards.has(uid) ? boards.row(uid) : undefined
  try {
    return json(told(call, await boards.put(uid, draft), before))
  } catch (error) {
    if (error instanceof WeirError && error.code === 'DASHBOARD_CONFLICT') {
      return conflict(error, boards.has(uid) ? boards.versions(uid)[0] : undefined)
    }
    throw error
  }
}

/** Tells the audit log which dashboard it is now. */
function told<T extends { readonly uid: string; readonly title: string; readonly version: number }>(
  call: Call,
  row: T,
  before?: Pick<T, 'title' | 'version'>,
): T {
  const version = fromTo(before && String(before.version), String(row.version))
  call.remark({ target: row.uid, details: { title: fromTo(before?.title, row.title), version } })
  return row
}

function draftOf(call: Call, given: z.output<typeof change>): BoardDraft {
  const { dashboard: document, folder, message } = given
  const author = authorOf(call, given.author)
  return { document, author, message, ...(folder === undefined ? {} : { folder }) }
}

/** The usual error, with who saved what is there now. */
function conflict(error: WeirError, there: BoardVersionRow | undefined): Answer {
  const told = JSON.parse(errorBody(error)) as object
  const body = there === undefined ? told : ({ ...told, conflict: there } satisfies BoardConflict)
  return { ...failure(error), body: JSON.stringify(body) }
}

/** The version of `If-Match: "7"`; undefined when there is none, or `*`. */
function wantedVersion(header: string): number | undefined {
  if (header === '' || header === '*') return undefined
  const version = /^(?:W\/)?"?(\d{1,10})"?$/.exec(header)?.[1]
  if (version === undefined) throw invalid('If-Match', 'want the number of a version')
  return Number(version)
}

function importWish(call: Call): Parameters<typeof importBoards>[1] {
  const { params, body } = call
  const folder = params.get('folder')
  return {
    text: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString(),
    author: authorOf(call, params.get('author') ?? ''),
    isDry: flagOf(params, 'dry_run'),
    replaces: flagOf(params, 'replace'),
    ...(folder === null ? {} : { folder }),
  }
}

function exported(boards: Boards, uid: string, form: string | null): Answer {
  const wanted = EXPORT_FORMS.find((one) => one === (form ?? 'plain'))
  if (wanted === undefined) {
    throw invalid('form', `want ${EXPORT_FORMS.join(', ')}, got ${JSON.stringify(form)}`)
  }
  const headers = {
    'content-type': 'application/json',
    'content-disposition': `attachment; filename="${uid.replaceAll(/[^\w-]/g, '_')}.json"`,
  }
  return { status: 200, headers, body: exportedText(boards.document(uid), wanted) }
}

function exportedText(document: Document, form: ExportForm): string {
  return fileText(exportBoard(document, form), document)
}
