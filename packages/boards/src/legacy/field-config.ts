import { type Json, record } from '../json.ts'

/** Field settings of any age as those of today. */
export function modernFieldConfig(raw: Json): Json {
  return { ...raw, defaults: record(raw['defaults']) }
}
