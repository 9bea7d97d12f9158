import { existsSync, writeFileSync } from 'node:fs'
import { WeirError } from '@weir/model'
import { type AdoptItem, type AdoptVerdict, type Adopted, adopt } from '@weir/server'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { columns } from '../show/columns.ts'
import { inert } from '../show/inert.ts'
import { withFeatures } from './feature-option.ts'

interface AdoptOptions {
  readonly prometheus?: string
  readonly alertmanager?: string
  readonly mapping: readonly string[]
  readonly rules: readonly string[]
  readonly grafana?: string
  readonly enableFeature: readonly string[]
  readonly out?: string
  readonly force: boolean
  readonly json: boolean
}

const also = (value: string, before: readonly string[]): string[] => [...before, value]

export function addAdopt(program: Command): void {
  withFeatures(program.command('adopt'))
    .description('look at what runs today: what will be the same, what differs, what is not there')
    .option('--prometheus <file>', 'a prometheus.yml')
    .option('--alertmanager <file>', 'an alertmanager.yml')
    .option('--mapping <file>', 'a statsd_exporter mapping; may be given again', also, [])
    .option(
      '--rules <glob>',
      'rule files that no prometheus.yml names; may be given again',
      also,
      [],
    )
    .option('--grafana <folder>', 'dashboards as JSON files')
    .option('--out <file>', 'write the weir.yml that takes them')
    .option('--force', 'write over a file that is there', false)
    .option('--json', 'one object', false)
    .action((options: AdoptOptions) => {
      const { prometheus, alertmanager, grafana, mapping, rules, enableFeature } = options
      const adopted = adopt({
        mappings: mapping,
        rules,
        features: enableFeature,
        ...(prometheus === undefined ? {} : { prometheus }),
        ...(alertmanager === undefined ? {} : { alertmanager }),
        ...(grafana === undefined ? {} : { grafana }),
      })
      if (adopted.items.length === 0) {
        const want = 'want --prometheus, --alertmanager, --mapping, --rules or --grafana'
        throw new WeirError('CONFIG_INVALID', `Cannot adopt nothing: ${want}`)
      }
      if (options.out !== undefined) write(options.out, adopted, options.force)
      console.log(options.json ? asJson(adopted) : showAdopted(adopted, options))
      process.exitCode = adopted.items.every(isTaken) ? EXIT.ok : EXIT.found
    })
}

function write(out: string, { config }: Adopted, isForced: boolean): void {
  if (existsSync(out) && !isForced) {
    const advice = 'it is there already; choose another name, or say --force'
    throw new WeirError('CONFIG_INVALID', `Cannot write ${JSON.stringify(out)}: ${advice}`)
  }
  writeFileSync(out, config, { mode: 0o600 }) // it may have secrets, as the old file has
}

/** Without the new file: it may have secrets. */
function asJson({ items }: Adopted): string {
  return JSON.stringify({ good: items.every(isTaken), items }, null, 2)
}

function isTaken({ verdict }: AdoptItem): boolean {
  return verdict !== 'unsupported'
}

/** The report as people read it: file by file, what cannot be first. */
export function showAdopted({ items }: Adopted, { out }: Pick<AdoptOptions, 'out'>): string {
  const lines: string[] = []
  for (const file of new Set(items.map((item) => item.file))) {
    const own = items.filter((item) => item.file === file).toSorted(byVerdict)
    lines.push(inert(file), ...columns(own.map(rowOf), { indent: '  ' }), '')
  }
  const count = (verdict: AdoptVerdict): number =>
    items.filter((item) => item.verdict === verdict).length
  lines.push(
    `${count('same')} the same, ${count('differs')} differ, ${count('unsupported')} not there`,
  )
  if (out !== undefined) {
    lines.push(
      `${out} takes what can be taken: weir check config ${out}, weir serve --config ${out}`,
    )
  }
  return lines.join('\n')
}

const ORDER: readonly AdoptVerdict[] = ['unsupported', 'differs', 'same']

function byVerdict(a: AdoptItem, b: AdoptItem): number {
  return ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || a.line - b.line
}

function rowOf({ verdict, what, why, page, line }: AdoptItem): string[] {
  const where = line === 0 ? '' : `line ${line}: `
  const because = why === '' ? '' : `: ${inert(why)}`
  return [verdict, `${where}${inert(what)}${because} (docs/${page})`]
}
