import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { WeirError } from '@weir/model'
import {
  type DashboardForm,
  FLAVOURS,
  type Flavour,
  PACKS,
  type Pack,
  airflowFlavour,
  exportPack,
  packAlertRows,
} from '@weir/packs'
import { givenPacks, readConfig } from '@weir/server'
import { type Command, Option } from 'commander'
import { showPack, showPacks, summaryOf } from '../show/pack-text.ts'
import { buildPack } from './pack-build.ts'
import { flagsOf } from './serve.ts'

interface PackOptions {
  readonly json: boolean
  readonly config?: string
}

interface ExportOptions extends PackOptions {
  readonly out: string
  readonly dashboards: DashboardForm
  readonly flavour?: Flavour
}

export function addPack(program: Command): void {
  const pack = program.command('pack').description('what Weir knows of each system')
  const config = (): Option =>
    new Option('--config <file>', 'a weir.yml, whose packs and limits of alerts count too')
  pack
    .command('list')
    .description('the packs')
    .addOption(config())
    .option('--json', 'an array of objects with `id`', false)
    .action((options: PackOptions) => {
      const packs = packsOf(options)
      print(options, packs.map(summaryOf), showPacks(packs))
    })
  pack
    .command('show <id>')
    .description('one pack: ways in, stages, metrics, alerts, boards')
    .addOption(config())
    .option('--json', 'as JSON', false)
    .action((id: string, options: PackOptions) => {
      const found = packOf(id, packsOf(options))
      print(options, packJson(found), showPack(found))
    })
  pack
    .command('export <id>')
    .description('write a pack for Prometheus, Grafana, statsd_exporter and Helm')
    .requiredOption('--out <folder>', 'where to; made when it is not there')
    .addOption(
      new Option('--dashboards <form>', 'for files beside Grafana, or for people who import them')
        .choices(['provisioning', 'sharing'])
        .default('provisioning'),
    )
    .addOption(
      new Option(
        '--flavour <mapping>',
        'of airflow: rules and boards for the names that another mapping makes',
      ).choices(FLAVOURS),
    )
    .addOption(config())
    .option('--json', 'the written files as an array', false)
    .action((id: string, options: ExportOptions) => {
      const found = flavoured(packOf(id, packsOf(options)), options.flavour)
      const written = writePack(found, options.out, options.dashboards)
      print(options, written, written)
    })
  pack
    .command('build <module>')
    .description('run a module that exports a pack, and print the YAML that Weir loads')
    .action(async (module: string) => {
      process.stdout.write(await buildPack(module))
    })
}

/** @throws {WeirError} `PACK_UNKNOWN` for a pack that has none */
function flavoured(pack: Pack, flavour: Flavour | undefined): Pack {
  if (flavour === undefined) return pack
  if (pack.id === 'airflow') return airflowFlavour(flavour)
  throw new WeirError(
    'PACK_UNKNOWN',
    `Cannot export pack ${JSON.stringify(pack.id)} as ${flavour}: only airflow has flavours`,
  )
}

function print({ json }: PackOptions, value: unknown, lines: readonly string[]): void {
  if (json) console.log(JSON.stringify(value, null, 2))
  else for (const line of lines) console.log(line)
}

function packsOf({ config }: PackOptions): readonly Pack[] {
  if (config === undefined) return PACKS
  const flags = { config, dataDir: '', rules: [], enableFeature: [], insecure: true }
  return givenPacks(readConfig(flagsOf(flags)))
}

/** @throws {WeirError} `PACK_UNKNOWN` */
export function packOf(id: string, packs: readonly Pack[] = PACKS): Pack {
  const found = packs.find((pack) => pack.id === id)
  if (found !== undefined) return found
  throw new WeirError(
    'PACK_UNKNOWN',
    `Cannot find pack ${JSON.stringify(id)}: want one of ${packs.map((pack) => pack.id).join(', ')}`,
  )
}

function packJson(pack: Pack): object {
  const { metrics: reference, stages: stageList, ways = [], dashboards } = pack
  return {
    ...summaryOf(pack),
    ways,
    reference,
    stageList,
    alertList: packAlertRows(pack),
    dashboards: dashboards.map(({ name, title, description }) => ({ name, title, description })),
  }
}

/** Writes a pack's files below a folder; their names, as written. */
export function writePack(pack: Pack, out: string, dashboards?: DashboardForm): string[] {
  return exportPack(pack, dashboards).map(({ name, text }) => {
    const path = join(out, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  })
}
