import type { Answer } from '../http/route.ts'
import { jsonAnswer, refusal } from './answers.ts'

/**
 * The few statements of InfluxQL that writing clients ask before they write: whether their database is
 * there, that it be made. Weir has no databases, only a label; it remembers the names so that who made
 * one finds it again. What asks for data gets an error in the place where InfluxDB puts those.
 */
export class Databases {
  readonly #names = new Set<string>()

  /** A name was written to, or made. Beyond a thousand, new ones are not listed. */
  add(name: string): void {
    if (name !== '' && this.#names.size < NAMES_MAX) this.#names.add(name)
  }

  answer(text: string | null): Answer {
    if (text === null || text.trim() === '') {
      return refusal('v1', 400, 'missing required parameter "q"')
    }
    const statements = text
      .slice(0, TEXT_MAX)
      .split(';')
      .map((one) => one.trim())
    const results = statements
      .filter((one) => one !== '')
      .map((one, id) => ({ statement_id: id, ...this.#result(one) }))
    return jsonAnswer({ results })
  }

  #result(statement: string): object {
    const created = /^CREATE\s+DATABASE\s+("(?:\\.|[^"\\])+"|[\w-]+)(?:\s+WITH\s+.*)?$/is.exec(
      statement,
    )
    if (created !== null) {
      this.add(unquoted(created[1]!))
      return {}
    }
    if (/^SHOW\s+DATABASES$/i.test(statement))
      return series(
        'databases',
        ['name'],
        [...this.#names].map((name) => [name]),
      )
    if (/^SHOW\s+RETENTION\s+POLICIES\b/i.test(statement))
      return series(undefined, POLICY_COLUMNS, [POLICY])
    if (/^(?:CREATE|ALTER)\s+RETENTION\s+POLICY\b/i.test(statement)) return {}
    const shown = JSON.stringify(statement.slice(0, 200))
    return {
      error: `Weir does not answer ${shown}: it takes line protocol and answers PromQL at /api/v1/query`,
    }
  }
}

const NAMES_MAX = 1000
const TEXT_MAX = 10_000

/** Everything is kept as `storage.metrics.retention_time` says; clients want a policy to be there. */
const POLICY_COLUMNS = ['name', 'duration', 'shardGroupDuration', 'replicaN', 'default']
const POLICY = ['autogen', '0s', '168h0m0s', 1, true]

function series(
  name: string | undefined,
  columns: readonly string[],
  values: readonly unknown[],
): object {
  return {
    series: [
      {
        ...(name === undefined ? {} : { name }),
        columns,
        ...(values.length > 0 ? { values } : {}),
      },
    ],
  }
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll(/\\(.)/g, '$1') : name
}
