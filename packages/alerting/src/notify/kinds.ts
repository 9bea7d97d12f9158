import type { NotifierKind } from './kind.ts'
import { JSM } from './jsm/jsm.ts'
import { OPSGENIE } from './opsgenie/opsgenie.ts'
import { PAGERDUTY } from './pagerduty/pagerduty.ts'
import { SLACK } from './slack/slack.ts'
import { VICTOROPS } from './victorops/victorops.ts'
import { WEBHOOK } from './webhook/webhook.ts'

/** Every kind of receiver that can be told, in the order in which a receiver's integrations are listed. */
export const NOTIFIER_KINDS: readonly NotifierKind[] = [
  WEBHOOK,
  PAGERDUTY,
  OPSGENIE,
  JSM,
  SLACK,
  VICTOROPS,
]

/** Kinds of Alertmanager that are refused by name. */
export const OTHER_KINDS: readonly string[] = [
  'email',
  'discord',
  'msteams',
  'msteamsv2',
  'mattermost',
  'rocketchat',
  'telegram',
  'pushover',
  'sns',
  'webex',
  'wechat',
  'jira',
  'incidentio',
]
