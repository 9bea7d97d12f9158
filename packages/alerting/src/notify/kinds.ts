import type { NotifierKind } from './kind.ts'
import { PAGERDUTY } from './pagerduty/pagerduty.ts'
import { WEBHOOK } from './webhook/webhook.ts'

/** Every kind of receiver that can be told, in the order in which a receiver's integrations are listed. */
export const NOTIFIER_KINDS: readonly NotifierKind[] = [WEBHOOK, PAGERDUTY]

/** Kinds of Alertmanager that are refused by name. */
export const OTHER_KINDS: readonly string[] = [
  'opsgenie',
  'slack',
  'email',
  'discord',
  'msteams',
  'msteamsv2',
  'mattermost',
  'rocketchat',
  'telegram',
  'victorops',
  'pushover',
  'sns',
  'webex',
  'wechat',
  'jira',
  'incidentio',
]
