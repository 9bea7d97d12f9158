import { type Json, isRecord, list, record, text } from '../json.ts'

/** A query's own keys, and the data source that it names. */
export function queryOf(query: Json, around: Json): Json {
  const type = text(query['group']) || (query['kind'] === 'DataQuery' ? '' : text(query['kind']))
  const named = record(query['datasource'])
  const given = isRecord(around['datasource']) ? around['datasource'] : undefined
  const uid = text(named['name']) || text(named['uid'])
  const datasource = given ?? { ...(type !== '' && { type }), ...(uid !== '' && { uid }) }
  return {
    ...record(query['spec']),
    ...(Object.keys(datasource).length > 0 && { datasource }),
  }
}

export function transformationsOf(group: Json): readonly Json[] {
  return list(group['transformations'])
    .filter(isRecord)
    .map(({ kind, group: named, spec }) => {
      const inside = record(spec)
      const id = text(inside['id']) || text(named) || text(kind)
      return { ...inside, id, options: record(inside['options']) }
    })
}
