import { z } from 'zod'
import { duration } from '../../config/quantity.ts'

const isAddress = (text: string): boolean => URL.canParse(text) && /^https?:/.test(text)

const address = z
  .string()
  .refine(isAddress, { message: 'want an http or https address' })
  .optional()

const pattern = z.string().min(1).max(512)

/** `pipelines` in weir.yml: what people say of pipelines that no metric tells. */
export const pipelineNotes = z
  .array(
    z.strictObject({
      system: pattern
        .default('*')
        .describe('System, as the page names it; `*` stands for any characters.'),
      pipeline: pattern.describe('Pipeline, by its name; `*` stands for any characters.'),
      team: z
        .string()
        .max(128)
        .optional()
        .describe(
          'Whose it is: groups the overview, and is the label `team` of its alerts that have none.',
        ),
      title: z.string().max(256).optional().describe('What people call it.'),
      description: z.string().max(2048).optional().describe('What it does, in a sentence.'),
      url: address.describe('Where it is: its code, its own page.'),
      runbook: address.describe('Where it is written what to do when it fails.'),
      critical: z.boolean().optional().describe('Comes before others that are in the same state.'),
      fresh_within: duration
        .refine((ms) => ms > 0, { message: 'want more than 0' })
        .optional()
        .describe('How old its newest result may be; else its own usual waits are what counts.'),
    }),
  )
  .max(10_000)

/** Where several entries fit a pipeline, the first that sets a key counts for that key. */
export type PipelineNotesConfig = z.output<typeof pipelineNotes>
