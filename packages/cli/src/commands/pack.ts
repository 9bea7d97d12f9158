import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { WeirError } from '@weir/model'
import { PACKS, type Pack, exportPack } from '@weir/packs'
import type { Command } from 'commander'

export function addPack(program: Command): void {
  const pack = program.command('pack').description('what Weir knows of each system')
  pack
    .command('list')
    .description('the packs')
    .option('--json', 'an array of objects with `id`', false)
    .action(({ json }: { json: boolean }) => {
      const rows = PACKS.map(summary)
      if (json) console.log(JSON.stringify(rows, null, 2))
      else
        for (const { id, title, metrics, alerts } of rows)
          console.log(`${id}  ${title}  ${metrics} metrics, ${alerts} alerts`)
    })
  pack
    .command('show <id>')
    .description('one pack: metrics, stages, alerts')
    .option('--json', 'as JSON', false)
    .action((id: string, { json }: { json: boolean }) => {
      const found = packOf(id)
      if (json)
        console.log(
          JSON.stringify(
            { ...summary(found), reference: found.metrics, alertList: found.alerts },
            null,
            2,
          ),
        )
      else show(found)
    })
  pack
    .command('export <id>')
    .description('write a pack as plain Prometheus, Grafana and statsd_exporter files')
    .requiredOption('--out <folder>', 'where to; made when it is not there')
    .action((id: string, { out }: { out: string }) => {
      for (const { name, text } of exportPack(packOf(id))) {
        const path = join(out, name)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, text)
        console.log(path)
      }
    })
}

function summary(pack: Pack): {
  id: string
  title: string
  description: string
  metrics: number
  alerts: number
} {
  const { id, title, description } = pack
  return { id, title, description, metrics: pack.metrics.length, alerts: pack.alerts.length }
}

function packOf(id: string): Pack {
  const found = PACKS.find((pack) => pack.id === id)
  if (found !== undefined) return found
  throw new WeirError(
    'PACK_UNKNOWN',
    `Cannot find pack ${JSON.stringify(id)}: want one of ${PACKS.map((pack) => pack.id).join(', ')}`,
  )
}

function show(pack: Pack): void {
  console.log(`${pack.title}\n${pack.description}\n\nMetrics`)
  for (const { name, type, help } of pack.metrics) console.log(`  ${name} (${type})  ${help}`)
  console.log('\nAlerts')
  for (const { name, severity, summary: line } of pack.alerts)
    console.log(`  ${name} (${severity})  ${line}`)
}
