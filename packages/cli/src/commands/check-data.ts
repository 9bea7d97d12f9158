import { type DataReport, checkData, repairData } from '@weir/server'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { counted } from '../show/columns.ts'

export function addCheckData(check: Command): void {
  check
    .command('data <directory>')
    .description('a data directory that no Weir uses: every page, record and sample')
    .option('--repair', 'leave out what is damaged; everything stays as it was in damaged-<time>')
    .option('--json', 'one report', false)
    .action(
      async (directory: string, options: { readonly repair?: boolean; readonly json: boolean }) => {
        process.exitCode = await runCheckData(directory, options)
      },
    )
}

/** Checks, and repairs when asked to; says which exit code. */
async function runCheckData(
  directory: string,
  { repair = false, json }: { readonly repair?: boolean; readonly json: boolean },
): Promise<number> {
  const { report, before } = repair
    ? await repairData(directory)
    : { report: checkData(directory), before: '' }
  if (json)
    console.log(JSON.stringify({ ...asJson(report), repaired: before !== '', before }, null, 2))
  else for (const line of showReport(report, before)) console.log(line)
  return report.problems.length === 0 || before !== '' ? EXIT.ok : EXIT.found
}

function asJson(report: DataReport): object {
  const { path, problems, leftovers, series, windows, sealedSamples, batches, headSamples } = report
  const found = { series, windows, sealedSamples, batches, headSamples }
  return { path, good: problems.length === 0, problems, leftovers, found }
}

/** The report as people read it. */
function showReport(report: DataReport, before: string): string[] {
  const { path, problems, series, windows, sealedSamples, batches, headSamples } = report
  const found = [
    `${series} series`,
    `${counted(sealedSamples, 'sealed sample')} in ${counted(windows, 'window')}`,
    `${counted(headSamples, 'sample')} in ${counted(batches, 'commit')} not sealed yet`,
  ]
  const leftovers = report.leftovers.map((file) => {
    return `${file}: left behind by work that a crash broke off; the next start removes it`
  })
  const lines = problems.flatMap(({ file, table, key, what, meaning }) => {
    const inside = file.startsWith('windows/') ? [] : [table, key]
    const where = [file, ...inside].filter((part) => part !== '').join(': ')
    return [`${where}: ${what}`, `  ${meaning}`]
  })
  if (problems.length === 0) return [[`${path}: good`, ...found].join(', '), ...leftovers]
  const verdict = `${path}: ${counted(problems.length, 'problem')}; whole are ${found.join(', ')}`
  return [...lines, ...leftovers, verdict, adviceOf(report, before)]
}

function adviceOf({ path, problems }: DataReport, before: string): string {
  if (before !== '') return `What is damaged is left out now; everything as it was is in ${before}`
  if (problems.some(({ remedy }) => remedy === 'restore')) {
    return 'Start with a snapshot or another copy of the directory: the rest means nothing without this'
  }
  return `A snapshot has it whole; or weir check data --repair ${path} leaves the damaged out and keeps the rest`
}
