/** Stat, gauge and bar gauge as they were before fields had settings of their own (Grafana 6). */
import { type Json, list, number, record, records, text, without } from '../json.ts'
import { modernDefaults } from './field-config.ts'
import { calcOf } from './mappings.ts'

/** @returns the panel itself where nothing is old */
export function modernStatOptions(panel: Json): Json {
  const named = panel['options-gauge']
  const options = { ...record(named), ...record(panel['options']) }
  const old = record(options['fieldOptions'] ?? options['valueOptions'])
  const isOld = ['fieldOptions', 'valueOptions', 'thresholds', 'valueMappings', 'minValue'].some(
    (key) => options[key] !== undefined,
  )
  if (!isOld && named === undefined) return withCalcs(panel, options)
  const config = record(panel['fieldConfig'])
  const calcs = list(old['calcs']).map((calc) => calcOf(calc))
  const overrides = records(old['overrides'])
  return {
    ...without(panel, 'options-gauge'),
    options: {
      ...without(
        options,
        'fieldOptions',
        'valueOptions',
        'thresholds',
        'valueMappings',
        'minValue',
        'maxValue',
        'stat',
        'unit',
        'prefix',
        'suffix',
        'decimals',
      ),
      reduceOptions: {
        values: old['values'] === true,
        calcs: calcs.length > 0 ? calcs : [calcOf(old['stat'] ?? options['stat'])],
        fields: '',
        ...(number(old['limit']) !== undefined && { limit: number(old['limit']) }),
        ...record(options['reduceOptions']),
      },
    },
    fieldConfig: {
      ...config,
      defaults: { ...defaultsOf(options, old), ...record(config['defaults']) },
      overrides: [...records(config['overrides']), ...overrides],
    },
  }
}

function defaultsOf(options: Json, old: Json): Json {
  const plain = record(old['defaults'])
  const thresholds = plain['thresholds'] ?? old['thresholds'] ?? options['thresholds']
  const mappings = plain['mappings'] ?? old['mappings'] ?? options['valueMappings']
  const unit = text(plain['unit']) || text(old['unit']) || text(options['unit'])
  const decimals =
    number(plain['decimals']) ?? number(old['decimals']) ?? number(options['decimals'])
  const min = number(plain['min']) ?? number(options['minValue'])
  const max = number(plain['max']) ?? number(options['maxValue'])
  return modernDefaults({
    ...plain,
    color: { mode: 'thresholds' },
    ...(unit !== '' && { unit }),
    ...(decimals !== undefined && { decimals }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(thresholds !== undefined && { thresholds }),
    ...(mappings !== undefined && { mappings }),
  })
}

/** Names of calculations that were other ones. */
function withCalcs(panel: Json, options: Json): Json {
  const reduce = record(options['reduceOptions'])
  const calcs = list(reduce['calcs']).map((calc) => text(calc))
  const modern = calcs.map((calc) => calcOf(calc))
  if (calcs.every((calc, index) => calc === modern[index])) return panel
  return { ...panel, options: { ...options, reduceOptions: { ...reduce, calcs: modern } } }
}
