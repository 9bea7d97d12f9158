/** An alert as OpsGenie and Jira Service Management take it. */
import { commonPairs } from '../../template/notification-data.ts'
import type { Composer } from '../composer.ts'
import { cutTo } from '../cut.ts'
import { type OpsgenieConfig, RESPONDER_TYPES } from './config.ts'

/** @see docs.opsgenie.com/docs/alert-api: Create Alert, which names the limit of each field */
export const OPSGENIE_LIMITS = {
  messageChars: 130,
  descriptionChars: 15_000,
  sourceChars: 100,
  entityChars: 512,
  noteChars: 25_000,
  tags: 20,
  tagChars: 50,
  actions: 10,
  actionChars: 50,
  responders: 50,
  /** All names and values together. */
  detailsChars: 8000,
} as const

export interface OpsgenieAlert {
  readonly message: string
  readonly description: string
  readonly [key: string]: unknown
}

export function alertOf(config: OpsgenieConfig, composer: Composer, alias: string): OpsgenieAlert {
  const text = (key: 'note' | 'entity', max: number): object => {
    const value = cutTo(composer.text(config[key]), max)
    return value === '' ? {} : { [key]: value }
  }
  const list = (key: 'tags' | 'actions', count: number, chars: number): object => {
    const items = splitAtCommas(composer.text(config[key]))
      .slice(0, count)
      .map((item) => cutTo(item, chars))
    return items.length === 0 ? {} : { [key]: items }
  }
  const responders = respondersOf(config, composer)
  // Any other word is refused, and the page with it: the service's own default stands in.
  const priority = composer.field(config.priority, () => '').trim()
  const description = cutTo(composer.text(config.description), OPSGENIE_LIMITS.descriptionChars)
  return {
    alias,
    message: cutTo(composer.text(config.message), OPSGENIE_LIMITS.messageChars),
    description,
    details: detailsOf(config, composer),
    source: sourceOf(config, composer),
    ...(responders.length > 0 ? { responders } : {}),
    ...list('tags', OPSGENIE_LIMITS.tags, OPSGENIE_LIMITS.tagChars),
    ...text('note', OPSGENIE_LIMITS.noteChars),
    ...(/^P[1-5]$/.test(priority) ? { priority } : {}),
    ...text('entity', OPSGENIE_LIMITS.entityChars),
    ...list('actions', OPSGENIE_LIMITS.actions, OPSGENIE_LIMITS.actionChars),
  }
}

export function sourceOf(config: OpsgenieConfig, composer: Composer): string {
  return cutTo(composer.text(config.source), OPSGENIE_LIMITS.sourceChars)
}

function detailsOf(config: OpsgenieConfig, composer: Composer): Record<string, string> {
  const { alerts } = composer.facts
  const details: Record<string, string> = commonPairs(alerts.map(({ labels }) => labels))
  for (const [name, value] of Object.entries(config.details)) details[name] = composer.text(value)
  let left = OPSGENIE_LIMITS.detailsChars
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(details)) {
    left -= name.length
    if (left <= 0) break
    kept[name] = cutTo(value, left)
    left -= value.length
  }
  return kept
}

interface Responder {
  readonly id?: string
  readonly name?: string
  readonly username?: string
  readonly type: string
}

/** Those that templates left empty or made impossible are left out: the others are told all the same. */
function respondersOf(config: OpsgenieConfig, composer: Composer): Responder[] {
  const filled = config.responders.flatMap((given): Responder[] => {
    const value = (key: keyof typeof given): string => composer.field(given[key], () => '').trim()
    const [id, name, username, type] = [
      value('id'),
      value('name'),
      value('username'),
      value('type').toLowerCase(),
    ]
    if (!RESPONDER_TYPES.has(type)) return []
    if (type === 'teams') return splitAtCommas(name).map((team) => ({ name: team, type: 'team' }))
    if (id === '' && name === '' && username === '') return []
    return [
      {
        ...(id === '' ? {} : { id }),
        ...(name === '' ? {} : { name }),
        ...(username === '' ? {} : { username }),
        type,
      },
    ]
  })
  return filled.slice(0, OPSGENIE_LIMITS.responders)
}

function splitAtCommas(text: string): string[] {
  return text
    .trim()
    .split(',')
    .filter((item) => item !== '')
}
