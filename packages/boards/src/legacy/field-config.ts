/** Field settings of any age as those of today. */
import { type Json, record, records, text, without } from '../json.ts'
import { modernMappings, modernThresholds } from './mappings.ts'

export function modernFieldConfig(raw: Json): Json {
  return {
    ...raw,
    defaults: modernDefaults(record(raw['defaults'])),
    overrides: records(raw['overrides']).map((override) => ({
      ...override,
      properties: records(override['properties']).map(modernProperty),
    })),
  }
}

export function modernDefaults(raw: Json): Json {
  const custom = record(raw['custom'])
  const title = text(raw['title'])
  const displayMode = custom['displayMode']
  return {
    ...without(raw, 'title'),
    ...(title !== '' && raw['displayName'] === undefined && { displayName: title }),
    ...(raw['mappings'] !== undefined && { mappings: modernMappings(raw['mappings']) }),
    ...(raw['thresholds'] !== undefined && { thresholds: modernThresholds(raw['thresholds']) }),
    ...(typeof displayMode === 'string' && {
      custom: { ...without(custom, 'displayMode'), cellOptions: cellOptions(displayMode) },
    }),
  }
}

function modernProperty(property: Json): Json {
  const { id, value } = property
  switch (id) {
    case 'custom.displayMode':
      return { ...property, id: 'custom.cellOptions', value: cellOptions(text(value)) }
    case 'title':
      return { ...property, id: 'displayName' }
    case 'mappings':
      return { ...property, value: modernMappings(value) }
    case 'thresholds':
      return { ...property, value: modernThresholds(value) }
    default:
      return property
  }
}

/** How a table's cell was drawn, before it had options of its own. */
function cellOptions(displayMode: string): Json {
  switch (displayMode) {
    case 'basic':
      return { type: 'gauge', mode: 'basic' }
    case 'gradient-gauge':
      return { type: 'gauge', mode: 'gradient' }
    case 'lcd-gauge':
      return { type: 'gauge', mode: 'lcd' }
    case 'color-background':
      return { type: 'color-background', mode: 'gradient' }
    case 'color-background-solid':
      return { type: 'color-background', mode: 'basic' }
    default:
      return { type: displayMode || 'auto' }
  }
}
