/** The lab's commands: `check` (the default) and `record FORM [SECONDS]`; `run` calls this. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FORMS } from './airflow.ts'
import { check } from './check.ts'
import { record } from './record.ts'

const [command = 'check', ...rest] = process.argv.slice(2)
const venv = process.env.WEIR_LAB_VENV
if (!venv) throw new Error('Cannot start the lab: want WEIR_LAB_VENV set, use labs/airflow/run')

// Ctrl-C runs the exit handlers, which end what was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const work = mkdtempSync(join(tmpdir(), 'weir-lab-airflow-'))
try {
  const form = FORMS.find((name) => name === (rest[0] ?? 'plain'))
  if (!form) throw new Error(`Cannot use form "${rest[0]}": want ${FORMS.join(', ')}`)
  if (command === 'record') {
    await record(venv, join(work, 'airflow'), form, Number(rest[1] ?? 150))
  } else if (command === 'check') {
    await check(venv, work, form)
  } else {
    throw new Error(`Cannot run "${command}": want check or record`)
  }
} finally {
  if (process.env.WEIR_LAB_KEEP) process.stdout.write(`kept ${work}\n`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
