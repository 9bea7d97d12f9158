/** What Airflow itself keeps of its runs, asked of its database by its own Python. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const SCRIPT = `
import json, sqlite3, sys
rows = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True).execute(
    "select dag_id, state, count(*), min(strftime('%s', end_date)) from dag_run group by 1, 2")
print(json.dumps(list(rows)))
`

export interface Runs {
  readonly count: number
  /** End of the first of them, ms since 1970; in whole seconds. */
  readonly firstEnd: number | undefined
}

type Row = readonly [dag: string, state: string, count: number, firstEnd: string | null]

export function runsOf(venv: string, home: string, dag: string, state: string): Runs {
  const { stdout, stderr, status } = spawnSync(
    join(venv, 'bin', 'python'),
    ['-c', SCRIPT, join(home, 'airflow.db')],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`Cannot read Airflow's database: ${stderr}`)
  const row = (JSON.parse(stdout) as Row[]).find(([id, was]) => id === dag && was === state)
  const end = row?.[3]
  return {
    count: row?.[2] ?? 0,
    firstEnd: end === null || end === undefined ? undefined : Number(end) * 1000,
  }
}
