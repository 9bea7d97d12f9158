import { alertmanagerHints, checkAlertmanagerConfig } from '@weir/alerting'
import { parseDocument } from 'yaml'
import { readNamed } from '../config/files.ts'
import { type AdoptItem, complaints, differs, same } from './item.ts'

export interface AdoptedAlertmanager {
  readonly items: readonly AdoptItem[]
  /** Whether Weir can be given the file. */
  readonly isTaken: boolean
}

const PAGE = 'from-alertmanager.md'

/** Looks at an alertmanager.yml as Weir would read it. */
export function adoptAlertmanager(file: string): AdoptedAlertmanager {
  const text = readNamed(file, { flag: '--alertmanager' })
  const source = { fileName: file, text }
  const problems = checkAlertmanagerConfig(source)
  if (problems.length > 0) {
    return {
      items: complaints(file, problems, { what: 'alertmanager.yml', page: PAGE }),
      isTaken: false,
    }
  }
  const items = [
    ...counts(file, text),
    ...alertmanagerHints(source).map((hint) => {
      const [, line = '0', why = hint] = /^(?:line )?(\d+): (.*)$/s.exec(hint) ?? []
      return differs(file, { what: 'a receiver', why, page: 'receivers.md', line: Number(line) })
    }),
    differs(file, {
      what: 'texts of messages',
      why: 'where the file names no template, Weir writes its own; strict_compat: true asks for those of Alertmanager',
      page: PAGE,
    }),
    differs(file, {
      what: 'what was told already',
      why: 'Weir does not know it: each group that fires is told once more, under the same key',
      page: `${PAGE}#4-switch`,
    }),
    differs(file, {
      what: 'silences',
      why: 'they are no part of the file; amtool takes them over',
      page: `${PAGE}#3-bring-the-silences`,
    }),
  ]
  return { items, isTaken: true }
}

interface Shape {
  readonly route?: RouteShape
  readonly receivers?: readonly Readonly<Record<string, unknown>>[]
  readonly inhibit_rules?: readonly unknown[]
  readonly time_intervals?: readonly unknown[]
  readonly mute_time_intervals?: readonly unknown[]
  readonly templates?: readonly unknown[]
}

interface RouteShape {
  readonly routes?: readonly RouteShape[]
}

function counts(file: string, text: string): AdoptItem[] {
  const shape = parseDocument(text).toJS({ maxAliasCount: 100 }) as Shape
  const kinds = new Map<string, number>()
  for (const receiver of shape.receivers ?? []) {
    for (const [key, configs] of Object.entries(receiver)) {
      if (!key.endsWith('_configs') || !Array.isArray(configs)) continue
      const kind = key.slice(0, -'_configs'.length)
      kinds.set(kind, (kinds.get(kind) ?? 0) + configs.length)
    }
  }
  const intervals = [...(shape.time_intervals ?? []), ...(shape.mute_time_intervals ?? [])]
  const found: (readonly [what: string, count: number, page: string])[] = [
    ['routes', routesIn(shape.route), 'alerts-routing.md'],
    ...[...kinds].map(([kind, count]) => [`receivers: ${kind}`, count, 'receivers.md'] as const),
    ['inhibition rules', shape.inhibit_rules?.length ?? 0, 'alerts-routing.md'],
    ['time intervals', intervals.length, 'alerts-routing.md'],
    ['template files', shape.templates?.length ?? 0, 'receivers.md'],
  ]
  return found
    .filter(([, count]) => count > 0)
    .map(([what, count, page]) => same(file, `${what}: ${count}`, page))
}

function routesIn(route: RouteShape | undefined): number {
  if (route === undefined) return 0
  return 1 + (route.routes ?? []).reduce((sum, inner) => sum + routesIn(inner), 0)
}
