import { WeirError } from '@weir/model'
import { IMPORT_FORMATS } from '../import/import-page.ts'
import type { PageFormat } from '../import/importer.ts'
import type { HttpDeps } from './deps.ts'
import { invalid } from './parameters.ts'
import { type Call, type Route, json, query } from './route.ts'

/**
 * `POST /api/weir/v1/import`: a page of old samples, as `weir import` sends a file piece by piece. One
 * at a time: what is measured now goes first.
 */
export function importRoute(deps: HttpDeps): Route {
  let isBusy = false
  return {
    methods: ['POST'],
    path: '/api/weir/v1/import',
    access: 'admin',
    audit: 'samples.import',
    summary: 'Take in a page of old samples of any age, each with its time',
    parameters: [
      query(
        'format',
        '`openmetrics` (times in seconds, ends with `# EOF`), `text`, or `remote_write` (a request of remote write 1.0, packed by snappy)',
        true,
      ),
      query('first_line', 'Number of the first line, for messages; 1 when left out'),
    ],
    body: {
      type: 'text/plain',
      bytesMax: deps.limits.bodyBytesMax,
      key: 'web.max_body_bytes',
      admit() {
        if (isBusy) {
          const message = 'Cannot import: another page is under way; come again later'
          throw new WeirError('IMPORT_BUSY', message)
        }
        isBusy = true
        return () => {
          isBusy = false
        }
      },
    },
    handle: async ({ params, body, remark }) => {
      const page = { bytes: body.slice(), format: formatOf(params), firstLine: firstLineOf(params) }
      const result = await deps.importPage(page)
      remark({ details: { samples: String(result.appended) } })
      const { retentionMs } = deps.limits
      const isTooOld =
        retentionMs > 0 &&
        result.oldestMs !== null &&
        result.oldestMs < deps.clock.now() - retentionMs
      return json({ ...result, beyondRetention: isTooOld })
    },
  }
}

const FORMATS: readonly PageFormat[] = [...IMPORT_FORMATS, 'remote_write']

function formatOf(params: Call['params']): PageFormat {
  const given = params.get('format') ?? ''
  const format = FORMATS.find((known) => known === given)
  if (format !== undefined) return format
  throw invalid('format', `want ${FORMATS.join(' or ')}, got ${JSON.stringify(given)}`)
}

function firstLineOf(params: Call['params']): number {
  const given = params.get('first_line') ?? '1'
  const line = Number(given)
  if (Number.isSafeInteger(line) && line >= 0) return line
  throw invalid('first_line', `want a whole number, got ${JSON.stringify(given)}`)
}
