import { checkHttpClient, httpClientBeside, httpClientShape } from '@weir/fetch'
import { z } from 'zod'
import { duration } from '../config/quantity.ts'
import { discoveryBeside, discoveryKeys } from '../discovery/config.ts'
import { discoveryOf } from '../discovery/places.ts'
import { relabelRule } from '../relabel/rule.ts'

/** `alerting`, as prometheus.yml has it: other Alertmanagers that are told of the alerts of Weir's rules. */

const outsideAlertmanager = z
  .strictObject({
    scheme: z.enum(['http', 'https']).default('http').describe('How they are reached.'),
    path_prefix: z.string().default('').describe('Stands before `/api/v2/alerts`.'),
    timeout: duration
      .prefault('10s')
      .refine((ms) => ms > 0, { message: 'want more than 0' })
      .describe('How long a request may take.'),
    api_version: z
      .literal('v2', { error: 'want v2; Alertmanager has no other API any more' })
      .default('v2')
      .describe('The API that they have.'),
    ...discoveryKeys,
    ...httpClientShape,
    relabel_configs: z
      .array(relabelRule)
      .default([])
      .describe('Rules over the labels of what was discovered.'),
    alert_relabel_configs: z
      .array(relabelRule)
      .default([])
      .describe('Rules over the labels of alerts for these Alertmanagers.'),
    sigv4: z
      .undefined({ error: 'requests cannot be signed for AWS; put a signing proxy in between' })
      .optional(),
  })
  .superRefine(checkHttpClient)

/** `alerting` of prometheus.yml. */
export const alertingConfig = z.strictObject({
  alert_relabel_configs: z
    .array(relabelRule)
    .default([])
    .describe('Rules over the labels of all alerts of rules, before they are routed or sent on.'),
  alertmanagers: z
    .array(outsideAlertmanager)
    .default([])
    .describe(
      'Alertmanagers elsewhere that get the alerts of rules. With them Weir routes these alerts itself only when there is an `alertmanager` section (or `--alertmanager.config`) too.',
    ),
})

export type AlertingConfig = z.output<typeof alertingConfig>
export type OutsideAlertmanager = AlertingConfig['alertmanagers'][number]

/** Whether there is any Alertmanager or a place to find one: Prometheus's own example has a section without. */
export function namesAlertmanagers({ alertmanagers }: AlertingConfig): boolean {
  return alertmanagers
    .flatMap(discoveryOf)
    .some((place) => place.kind !== 'static' || place.config.some((one) => one.targets.length > 0))
}

/** With its file names made whole: they are relative to the configuration file. */
export function alertingBeside(
  config: AlertingConfig,
  beside: (path: string) => string,
): AlertingConfig {
  return {
    ...config,
    alertmanagers: config.alertmanagers.map((one) =>
      httpClientBeside(discoveryBeside(one, beside), beside),
    ),
  }
}
