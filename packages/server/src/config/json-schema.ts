import { z } from 'zod'
import { weirConfig } from './weir-config.ts'

/**
 * weir.yml as a JSON Schema, for editors and for the page of its keys. What only code can check
 * (durations, sizes, relabelling, what excludes what) is wider here.
 */
export function configSchema(): object {
  const schema = z.toJSONSchema(weirConfig, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod
      if (def.type === 'undefined') jsonSchema.not = {} // a key that is refused by name
    },
  })
  return { ...schema, title: 'weir.yml' }
}
