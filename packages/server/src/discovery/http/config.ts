import { checkHttpClient, httpClientShape } from '@weir/fetch'
import { z } from 'zod'
import { duration } from '../../config/quantity.ts'

/** An entry of `http_sd_configs`. */
export const httpSdConfig = z
  .strictObject({
    url: z
      .string()
      .refine(isWebAddress, { message: 'want an http or https address' })
      .describe('Where the targets are asked for.'),
    refresh_interval: duration
      .prefault('60s')
      .refine((ms) => ms > 0, { message: 'want more than 0' })
      .describe('How often, and the longest that an answer may take.'),
    ...httpClientShape,
  })
  .superRefine(checkHttpClient)

export type HttpSdConfig = z.output<typeof httpSdConfig>

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
