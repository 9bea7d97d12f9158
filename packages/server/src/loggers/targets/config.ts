import { checkHttpClient, httpClientBeside, httpClientShape } from '@weir/fetch'
import { z } from 'zod'
import { duration } from '../../config/quantity.ts'
import { LOG_LEVELS } from '../level.ts'

/** Programs that do not connect by themselves, by the way in which their levels are read and set. */

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

const target = z
  .strictObject({
    kind: z
      .enum(['actuator', 'log_level', 'kafka_connect', 'rudder'])
      .describe(
        'How its levels are set: Spring Boot actuator; one level for the whole program as Loki, Mimir and Tempo have it; a worker of Kafka Connect; the command of rudder-server.',
      ),
    service: z
      .string()
      .min(1)
      .max(200)
      .describe('What the program is called on the page and by `weir level`.'),
    url: z
      .string()
      .default('')
      .describe(
        'Its endpoint: `http://billing:8080/actuator/loggers`, `http://loki:3100/log_level`, `http://connect:8083/admin/loggers`.',
      ),
    command: z
      .array(z.string().min(1))
      .min(1)
      .default(['rudder-cli'])
      .describe(
        'Of `rudder`: the program and what comes before its own arguments. No shell is between.',
      ),
    root_level: z
      .enum(LOG_LEVELS)
      .default('info')
      .describe('Of `rudder`: its `LOG_LEVEL`, for which it cannot be asked.'),
    modules: z
      .array(z.string().min(1).max(200))
      .max(1000)
      .default([])
      .describe('Of `rudder`: modules to list before they have logged.'),
    host: z.string().max(255).default('').describe('Its host; that of `url` unless told.'),
    version: z.string().max(200).default('').describe('Its version.'),
    labels: z
      .record(z.string().min(1).max(128), z.string().max(256))
      .default({})
      .describe('Whatever else it should be chosen by.'),
    refresh: duration
      .prefault('30s')
      .refine((ms) => ms >= 1000, { message: 'want at least 1s' })
      .describe('How often its levels are read.'),
    timeout: duration
      .prefault('10s')
      .refine((ms) => ms >= 100, { message: 'want at least 100ms' })
      .describe('Longest that it may take to answer.'),
    ...httpClientShape,
  })
  .superRefine((one, context) => {
    checkHttpClient(one, context)
    const message =
      one.kind === 'rudder' ? 'want none: rudder has a command' : 'want an http or https address'
    if (one.kind === 'rudder' ? one.url === '' : isWebAddress(one.url)) return
    context.addIssue({ code: 'custom', path: ['url'], message })
  })

export type TargetConfig = z.output<typeof target>

/** What a target is called. It stays the same over restarts: what was changed in it is set back then. */
export function targetName(one: TargetConfig): string {
  return `${one.service}@${hostOf(one)}`
}

/** Where it runs. */
export function hostOf(one: TargetConfig): string {
  if (one.host !== '') return one.host
  return isWebAddress(one.url) ? new URL(one.url).host : 'localhost'
}

export const loggerTargets = z.array(target).superRefine((targets, context) => {
  const names = targets.map(targetName)
  names.forEach((one, i) => {
    if (names.indexOf(one) === i) return
    const message = `want another service or host: ${one} is there already`
    context.addIssue({ code: 'custom', path: [i, 'service'], message })
  })
})

/** The same targets with the names of their files made whole. */
export function targetsBeside(
  targets: readonly TargetConfig[],
  beside: (path: string) => string,
): TargetConfig[] {
  return targets.map((one) => httpClientBeside(one, beside))
}
