import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { WeirError } from '@weir/model'
import { type DashboardForm, PACKS, type Pack, exportPack, packAlertRows } from '@weir/packs'
import { type Command, Option } from 'commander'
import { showPack, showPacks, summaryOf } from '../show/pack-text.ts'

interface Json {
  readonly json: boolean
}

interface ExportOptions extends Json {
  readonly out: string
  readonly dashboards: DashboardForm
}

export function addPack(program: Command): void {
  const pack = program.command('pack').description('what Weir knows of each system')
  pack
    .command('list')
    .description('the packs')
    .option('--json', 'an array of objects with `id`', false)
    .action(({ json }: Json) => print(json, PACKS.map(summaryOf), showPacks(PACKS)))
  pack
    .command('show <id>')
    .description('one pack: stages, metrics, alerts')
    .option('--json', 'as JSON', false)
    .action((id: string, { json }: Json) => {
      const found = packOf(id)
      print(json, packJson(found), showPack(found))
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
    .option('--json', 'the written files as an array', false)
    .action((id: string, { out, dashboards, json }: ExportOptions) => {
      const written = writePack(packOf(id), out, dashboards)
      print(json, written, written)
    })
}

function print(json: boolean, value: unknown, lines: readonly string[]): void {
  if (json) console.log(JSON.stringify(value, null, 2))
  else for (const line of lines) console.log(line)
}

/** @throws {WeirError} `PACK_UNKNOWN` */
export function packOf(id: string): Pack {
  const found = PACKS.find((pack) => pack.id === id)
  if (found !== undefined) return found
  throw new WeirError(
    'PACK_UNKNOWN',
    `Cannot find pack ${JSON.stringify(id)}: want one of ${PACKS.map((pack) => pack.id).join(', ')}`,
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
