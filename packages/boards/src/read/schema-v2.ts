/** The second schema of Grafana 12 (`elements` and a `layout`), as the classic model. */
import { type Json, isRecord, number, record, records, text } from '../json.ts'
import { v2Panels } from './schema-v2-layout.ts'
import { queryOf } from './schema-v2-query.ts'

export function isV2(spec: unknown): spec is Json {
  return isRecord(spec) && isRecord(spec['elements']) && isRecord(spec['layout'])
}

const CURSORS: Readonly<Record<string, number>> = { Off: 0, Crosshair: 1, Tooltip: 2 }

export function classicOfV2(spec: Json): Json {
  const { elements: _, layout: __, variables: ___, timeSettings, cursorSync, ...rest } = spec
  const time = record(timeSettings)
  return {
    ...rest,
    schemaVersion: 42,
    time: { from: text(time['from']) || 'now-6h', to: text(time['to']) || 'now' },
    timezone: text(time['timezone']),
    refresh: text(time['autoRefresh']),
    graphTooltip: CURSORS[text(cursorSync)] ?? 0,
    timepicker: {
      hidden: time['hideTimepicker'] === true,
      ...(Array.isArray(time['autoRefreshIntervals']) && {
        refresh_intervals: time['autoRefreshIntervals'],
      }),
      ...(text(time['nowDelay']) !== '' && { nowDelay: time['nowDelay'] }),
    },
    panels: v2Panels(spec),
    templating: { list: records(spec['variables']).map(variableOf) },
    annotations: { list: records(spec['annotations']).map(annotationOf) },
  }
}

const TYPES: Readonly<Record<string, string>> = {
  QueryVariable: 'query',
  CustomVariable: 'custom',
  TextVariable: 'textbox',
  ConstantVariable: 'constant',
  IntervalVariable: 'interval',
  DatasourceVariable: 'datasource',
  AdhocVariable: 'adhoc',
  GroupByVariable: 'groupby',
  SwitchVariable: 'switch',
}
const HIDE = ['dontHide', 'hideLabel', 'hideVariable']
const REFRESH = ['never', 'onDashboardLoad', 'onTimeRangeChanged']
const SORT = [
  'disabled', 'alphabeticalAsc', 'alphabeticalDesc', 'numericalAsc', 'numericalDesc', 'alphabeticalCaseInsensitiveAsc',
  'alphabeticalCaseInsensitiveDesc', 'naturalAsc', 'naturalDesc',
] // prettier-ignore

function variableOf({ kind, spec }: Json): Json {
  const { query, hide, refresh, sort, pluginId, baseFilters: _, ...rest } = record(spec)
  const type = TYPES[text(kind)] ?? text(kind)
  const asked = isRecord(query) ? queryOf(query, rest) : undefined
  return {
    ...rest,
    type,
    hide: wordIndex(HIDE, hide),
    ...(refresh !== undefined && { refresh: wordIndex(REFRESH, refresh) }),
    ...(sort !== undefined && { sort: wordIndex(SORT, sort) }),
    ...(asked === undefined
      ? { query: type === 'datasource' ? text(pluginId) : query }
      : { query: asked, datasource: asked['datasource'] }),
  }
}

function wordIndex(words: readonly string[], word: unknown): number {
  return number(word) ?? Math.max(0, words.indexOf(text(word)))
}

function annotationOf({ spec }: Json): Json {
  const { query, ...rest } = record(spec)
  return { ...rest, ...queryOf(record(query), rest) }
}
