import { type Matcher, WeirError } from '@weir/model'
import { z } from 'zod'
import { matchersOf } from '../query/selector.ts'
import { duration } from './quantity.ts'

/** Rules about some of the metrics: who they are for is said by selectors of PromQL. */

const DAY_MS = 86_400_000

type Selector = readonly Matcher[]

/** Reads selectors; the first that cannot be read is told, at its place. */
function readAll(
  texts: readonly string[],
  context: z.core.$RefinementCtx,
  pathOf: (i: number) => PropertyKey[],
): readonly Selector[] {
  return texts.flatMap((text, i) => {
    try {
      return [matchersOf(text)]
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      const message = `want a selector such as 'orders_total' or '{job="shop"}', got ${JSON.stringify(text)}: ${error.message}`
      context.addIssue({ code: 'custom', message, path: pathOf(i) })
      return []
    }
  })
}

const selectors = z
  .union([z.string(), z.array(z.string()).min(1)], { error: 'want a selector or a list of them' })
  .transform((given, context) =>
    typeof given === 'string'
      ? readAll([given], context, () => [])
      : readAll(given, context, (i) => [i]),
  )
  .meta({ title: 'selector or list of them' })

const level = z.strictObject({
  keep: duration.describe('How old samples get at this level; 0, in the last one, is for ever.'),
  step: duration
    .prefault(0)
    .refine((ms) => ms === 0 || (ms >= 60_000 && DAY_MS % ms === 0), {
      message: 'want 1m to 1d that divides a day, such as 5m or 1h',
    })
    .describe('What is left: so much of each step that PromQL is answered right; 0 keeps all.'),
})

interface Level {
  readonly keep: number
  readonly step: number
}

/** What is wrong with a level after the one before it. */
function misfit(before: Level, after: Level): string | undefined {
  if (before.keep === 0) return 'want the level that keeps for ever last'
  if (after.keep !== 0 && after.keep <= before.keep) return 'want levels in order of their keep'
  if (after.step <= before.step) return 'want a longer step in each next level'
  if (before.step > 0 && after.step % before.step !== 0) {
    return 'want each step to be a multiple of the one before'
  }
  return undefined
}

const levels = z
  .array(level)
  .min(1)
  .superRefine((list, context) => {
    for (const [i, after] of list.entries()) {
      const message = i === 0 ? undefined : misfit(list[i - 1]!, after)
      if (message !== undefined) context.addIssue({ code: 'custom', message, path: [i] })
    }
  })

export const retentionRules = z
  .array(
    z.strictObject({
      match: selectors.describe('Series that the rule is for: any of these selectors.'),
      levels: levels.describe('How long at which step, the finest first.'),
    }),
  )
  .max(1000)

/** Selectors, each of which may choose. */
export const selectorList = z
  .array(z.string().meta({ title: 'selector' }))
  .max(1000)
  .transform((texts, context) => readAll(texts, context, (i) => [i]))

export const lookbackRules = z
  .array(
    z.strictObject({
      match: selectors.describe('Series that the rule is for: any of these selectors.'),
      lookback: duration
        .refine((ms) => ms > 0, { message: 'want more than 0' })
        .describe('How far back an instant looks for a sample of them.'),
    }),
  )
  .max(1000)
