import { readWebConfig } from '@weir/server'
import type { Command } from 'commander'
import { counted } from '../show/columns.ts'
import { type Verdict, attempt, printVerdicts } from '../show/verdict.ts'

/** `weir check web-config FILE…`, as promtool has it. */
export function addCheckWebConfig(check: Command): void {
  check
    .command('web-config <files...>')
    .description('web configuration files of Prometheus: TLS, users, headers')
    .option('--json', 'an array of verdicts', false)
    .action((files: string[], { json }: { readonly json: boolean }) => {
      process.exitCode = printVerdicts(files.map(webConfigVerdict), json)
    })
}

function webConfigVerdict(file: string): Verdict {
  return attempt(file, () => {
    const { tls, users } = readWebConfig(file)
    const found = [...(tls === undefined ? [] : ['TLS']), counted(users.size, 'user')]
    return { file, problems: [], found }
  })
}
