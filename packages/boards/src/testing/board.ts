import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Dashboard } from '../dashboard.ts'
import { readDashboards } from '../read/read-dashboards.ts'

const FOLDER = join(import.meta.dirname, '../../../../fixtures/dashboards')

/** Names of the public boards that are kept for tests. */
export const BOARD_FILES: readonly string[] = readdirSync(FOLDER).filter((file) =>
  file.endsWith('.json'),
)

/** The JSON of one of them. */
export function boardJson(file: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))
}

/** A board as it is read: of a fixture's name, or of JSON. */
export function board(of: string | Readonly<Record<string, unknown>>): Dashboard {
  const value = typeof of === 'string' ? boardJson(of) : { title: 'A board', panels: [], ...of }
  return readDashboards(value).dashboards[0]!.dashboard
}

/** A board of these variables alone. */
export function boardOf(...variables: readonly Readonly<Record<string, unknown>>[]): Dashboard {
  return board({ templating: { list: variables } })
}
