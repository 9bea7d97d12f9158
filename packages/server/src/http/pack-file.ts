import { WeirError } from '@weir/model'
import {
  type DashboardForm,
  type Pack,
  exportDashboard,
  exportHelmValues,
  exportMapping,
  exportRules,
  exportScrape,
} from '@weir/packs'
import type { Answer } from './route.ts'

/** A file written out from a pack: `rules.yml`, `mapping.yml`, `scrape.yml`, `values.yaml`, `dashboards/NAME.json`. */
export function packFile(pack: Pack, name: string, form?: DashboardForm): Answer {
  const text = textOf(pack, name, form)
  if (text === undefined) {
    throw new WeirError(
      'HTTP_NOT_FOUND',
      `Cannot find ${JSON.stringify(name)} in pack "${pack.id}": want one of ${packFileNames(pack).join(', ')}`,
    )
  }
  const contentType = name.endsWith('.json') ? 'application/json' : 'application/yaml'
  return {
    status: 200,
    headers: {
      'content-type': `${contentType}; charset=utf-8`,
      'content-disposition': `inline; filename="${pack.id}-${name.split('/').at(-1)}"`,
    },
    body: text,
  }
}

function textOf(pack: Pack, name: string, form?: DashboardForm): string | undefined {
  switch (name) {
    case 'rules.yml':
      return exportRules(pack)
    case 'mapping.yml':
      return exportMapping(pack)
    case 'scrape.yml':
      return exportScrape(pack)
    case 'values.yaml':
      return exportHelmValues(pack)
    default: {
      const board = /^dashboards\/(.+)\.json$/.exec(name)?.[1]
      return board === undefined ? undefined : exportDashboard(pack, board, form)
    }
  }
}

/** Names under which {@link packFile} finds something. */
export function packFileNames(pack: Pack): string[] {
  const files = ['rules.yml', 'mapping.yml', 'scrape.yml', 'values.yaml'].filter((name) => {
    if (name === 'mapping.yml') return pack.mapping !== undefined
    return name !== 'scrape.yml' || pack.mapping !== undefined || pack.scrape.length > 0
  })
  return [...files, ...pack.dashboards.map(({ name }) => `dashboards/${name}.json`)]
}
