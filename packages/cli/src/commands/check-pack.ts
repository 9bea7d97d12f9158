import { readPack } from '@weir/server'
import type { Command } from 'commander'
import { counted } from '../show/columns.ts'
import { type Verdict, attempt, printVerdicts } from '../show/verdict.ts'
import { readFile } from './read-file.ts'

export function addCheckPack(check: Command): void {
  check
    .command('pack <files...>')
    .description('packs of your own: structure, PromQL, metrics, templates of alerts, boards')
    .option('--json', 'an array of verdicts', false)
    .action((files: string[], { json }: { readonly json: boolean }) => {
      process.exitCode = printVerdicts(files.map(packVerdict), json)
    })
}

export function packVerdict(file: string): Verdict {
  return attempt(file, () => {
    const { id, metrics, stages, alerts, dashboards } = readPack(readFile(file), file)
    return {
      file,
      problems: [],
      found: [
        `pack ${id}`,
        counted(metrics.length, 'metric'),
        counted(stages.length, 'stage'),
        counted(alerts.length, 'alert'),
        counted(dashboards.length, 'board'),
      ],
    }
  })
}
