import { z } from 'zod'

const alertSettings = z.strictObject({
  disabled: z.boolean().optional().describe('Whether the alert is switched off.'),
  value: z.number().optional().describe('Another limit, for all.'),
  values: z
    .record(z.string(), z.number())
    .optional()
    .describe('Limits for single pipelines, or whatever the alert compares by: `{ BRAZE: 60 }`.'),
  for: z
    .string()
    .regex(/^(0|(\d+(ms|s|m|h|d|w|y))+)$/, { message: 'want a duration such as 30s or 1h30m' })
    .optional()
    .describe('How long its condition must hold.'),
  severity: z.enum(['critical', 'warning', 'info']).optional().describe('Another severity.'),
})

/** `packs` in weir.yml. */
export const packsConfig = z.strictObject({
  disabled: z.array(z.string()).default([]).describe('Packs that must stay asleep, by id.'),
  alerts: z
    .record(z.string(), alertSettings)
    .default({})
    .describe(
      'Other limits for alerts of packs, by the name of the alert: `value`, `values`, `for`, `severity`, `disabled`.',
    ),
  files: z
    .array(z.string())
    .default([])
    .describe('Packs of your own, globs such as `packs/*.yml`; re-read on reload.'),
})
