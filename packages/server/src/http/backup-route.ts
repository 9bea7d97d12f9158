import { WeirError } from '@weir/model'
import type { HttpDeps } from './deps.ts'
import { invalid } from './parameters.ts'
import { type Route, query } from './route.ts'

/** `POST /api/weir/v1/admin/backup`: everything in the data directory as one archive, while all goes on. */
export function backupRoute({ backups, clock }: HttpDeps): Route {
  return {
    methods: ['POST'],
    path: '/api/weir/v1/admin/backup',
    access: 'admin',
    audit: 'backup.make',
    summary: 'A consistent copy of the data directory, as a packed tar with checksums',
    parameters: [
      query('known', 'SHA-256 of files to name and leave out, separated by commas; may be long'),
    ],
    handle: async ({ params, signal }) => {
      if (backups === undefined) {
        const why = 'start Weir with --web.enable-admin-api'
        throw new WeirError(
          'ADMIN_DISABLED',
          `Cannot make a backup: admin APIs are disabled; ${why}`,
        )
      }
      const known = knownOf(params.get('known') ?? '')
      const body = await backups.begin(known, signal)
      const day = new Date(clock.now()).toISOString().slice(0, 10)
      return {
        status: 200,
        headers: {
          'content-type': 'application/gzip',
          'content-disposition': `attachment; filename="weir-${day}.tar.gz"`,
        },
        body,
      }
    },
  }
}

function knownOf(text: string): ReadonlySet<string> {
  const checksums = text === '' ? [] : text.split(',')
  const strange = checksums.find((checksum) => !/^[0-9a-f]{64}$/.test(checksum))
  if (strange === undefined) return new Set(checksums)
  throw invalid('known', `want SHA-256 in hexadecimal, got ${JSON.stringify(strange.slice(0, 80))}`)
}
