import { WeirError } from '@weir/model'
import type { z } from 'zod'

/** An answer as its schema has it. @throws {WeirError} `FETCH_FAILED` */
export function readAs<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  const [first] = result.error.issues
  const where = first?.path.join('.') ?? ''
  const why = `its answer is another one than expected${where === '' ? '' : ` (${where})`}: ${first?.message ?? ''}`
  throw new WeirError('FETCH_FAILED', why)
}
