import { DISCORD } from './discord/discord.ts'
import { EMAIL } from './email/email.ts'
import { INCIDENTIO } from './incidentio/incidentio.ts'
import { JIRA } from './jira/jira.ts'
import { JSM } from './jsm/jsm.ts'
import type { NotifierKind } from './kind.ts'
import { MATTERMOST } from './mattermost/mattermost.ts'
import { MSTEAMS } from './msteams/msteams.ts'
import { MSTEAMSV2 } from './msteamsv2/msteamsv2.ts'
import { OPSGENIE } from './opsgenie/opsgenie.ts'
import { PAGERDUTY } from './pagerduty/pagerduty.ts'
import { PUSHOVER } from './pushover/pushover.ts'
import { ROCKETCHAT } from './rocketchat/rocketchat.ts'
import { SLACK } from './slack/slack.ts'
import { SNS } from './sns/sns.ts'
import { TELEGRAM } from './telegram/telegram.ts'
import { VICTOROPS } from './victorops/victorops.ts'
import { WEBEX } from './webex/webex.ts'
import { WEBHOOK } from './webhook/webhook.ts'
import { WECHAT } from './wechat/wechat.ts'

/** Every kind of receiver that can be told, in the order in which a receiver's integrations are listed. */
export const NOTIFIER_KINDS: readonly NotifierKind[] = [
  WEBHOOK,
  EMAIL,
  PAGERDUTY,
  OPSGENIE,
  JSM,
  WECHAT,
  SLACK,
  VICTOROPS,
  PUSHOVER,
  SNS,
  TELEGRAM,
  DISCORD,
  WEBEX,
  MSTEAMS,
  MSTEAMSV2,
  JIRA,
  ROCKETCHAT,
  MATTERMOST,
  INCIDENTIO,
]
