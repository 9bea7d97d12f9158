import { JIRA_WIKI } from '../../story/markup.ts'
import { type ConfigCheck, notifierKind } from '../kind.ts'
import { type Ask, type Draft, type MessengerContext, conversation, under } from '../messenger.ts'
import { type Integration, type Outcome, SENT, refused } from '../outcome.ts'
import { type JiraConfig, jiraConfigSchema } from './config.ts'
import { fieldsOf, labelOf } from './issue.ts'
import { JIRA_OWN_TEMPLATES, JIRA_TEMPLATES } from './templates.ts'

/**
 * Keeps one issue for a group: looked up by a label, written or rewritten, and moved when the group
 * begins or ends. Asked for the issue first, it makes no second one when an attempt is repeated.
 */
function jira(config: JiraConfig, index: number, context: MessengerContext): Integration {
  const about = {
    kind: 'jira',
    what: 'Jira',
    index,
    sendsResolved: config.send_resolved,
    markup: JIRA_WIKI,
  }
  return conversation(about, context, async (draft, ask) => {
    const talk = new Talk(config, draft, ask)
    const found = await talk.find()
    if ('kind' in found) return found
    const [issue] = found
    if (issue === undefined && draft.status === 'resolved') return SENT
    const written = await talk.write(issue)
    if (written.kind !== 'sent' || issue === undefined) return written
    return talk.move(issue)
  })
}

export const JIRA = notifierKind({
  name: 'jira',
  schema: jiraConfigSchema,
  templates: JIRA_TEMPLATES,
  ownTemplates: JIRA_OWN_TEMPLATES,
  build(given, index, context, check) {
    const config = { ...given, api_url: given.api_url || context.global.jira_api_url }
    if (config.api_url === '') check.problem([], 'want an api_url here, or jira_api_url in global')
    check.address(config.api_url, ['api_url'])
    if (config.project === '') check.problem([], 'want a project')
    if (config.issue_type === '') check.problem([], 'want an issue_type')
    checkTemplates(config, check)
    return jira(config, index, context)
  },
})

function checkTemplates(config: JiraConfig, check: ConfigCheck): void {
  check.template(config.summary.template, ['summary'])
  check.template(config.description.template, ['description'])
  for (const key of ['project', 'issue_type', 'priority'] as const)
    check.template(config[key], [key])
  config.labels.forEach((label, i) => check.template(label, ['labels', i]))
}

interface Issue {
  readonly key: string
  readonly fields?: {
    readonly status?: { readonly statusCategory?: { readonly key?: string } }
  }
}

/** What is said to Jira about one notification. */
class Talk {
  readonly #config: JiraConfig
  readonly #draft: Draft
  readonly #ask: Ask

  constructor(config: JiraConfig, draft: Draft, ask: Ask) {
    this.#config = config
    this.#draft = draft
    this.#ask = ask
  }

  /** The newest issue of the group that is open, or was closed a short while ago; none or one. */
  async find(): Promise<readonly Issue[] | Outcome> {
    const body = { jql: this.#query(), maxResults: 2, fields: ['status'] }
    const found = await this.#json<{ readonly issues?: readonly Issue[] }>(
      'POST',
      this.#searchUrl(),
      body,
    )
    return 'kind' in found ? found : (found.issues ?? [])
  }

  write(issue: Issue | undefined): Promise<Outcome> {
    const fields = fieldsOf(this.#config, this.#draft)
    if (issue === undefined) return this.#send('POST', this.#url('issue'), { fields })
    const { summary, description } = this.#config
    if (!summary.isUpdated) delete fields['summary']
    if (!description.isUpdated) delete fields['description']
    return this.#send('PUT', this.#url(`issue/${issue.key}`), { fields })
  }

  /** Opens it again or closes it, where the config names the way. */
  async move(issue: Issue): Promise<Outcome> {
    const category = issue.fields?.status?.statusCategory?.key
    const isFiring = this.#draft.status === 'firing'
    const { reopen_transition, resolve_transition } = this.#config
    const name = isFiring ? reopen_transition : resolve_transition
    if (category === undefined || name === '' || (category === 'done') !== isFiring) return SENT
    const url = this.#url(`issue/${issue.key}/transitions`)
    const ways = await this.#json<{
      readonly transitions?: readonly { readonly id: string; readonly name: string }[]
    }>('GET', url)
    if ('kind' in ways) return ways
    const way = ways.transitions?.find((one) => one.name === name)
    if (way === undefined) {
      return refused(
        `Cannot notify by Jira: ${issue.key} has no transition ${JSON.stringify(name)} now`,
      )
    }
    return this.#send('POST', url, { transition: { id: way.id } })
  }

  #query(): string {
    const { reopen_transition, reopen_duration, wont_fix_resolution } = this.#config
    const minutes = Math.floor(reopen_duration / 60_000)
    const takesClosed = this.#draft.status === 'firing' && reopen_transition !== '' && minutes > 0
    const conditions = [
      wont_fix_resolution === ''
        ? ''
        : `(resolution is EMPTY or resolution != ${quoted(wont_fix_resolution)})`,
      takesClosed
        ? `(resolutiondate is EMPTY OR resolutiondate >= -${minutes}m)`
        : 'statusCategory != Done',
      `project=${quoted(this.#draft.exact(this.#config.project))}`,
      `labels=${quoted(labelOf(this.#draft.facts.groupKey))}`,
    ]
    const all = conditions.filter((one) => one !== '').join(' and ')
    return `${all} order by status ASC,resolutiondate DESC`
  }

  /** Jira Cloud has a search of its own; the old one was taken away there. */
  #searchUrl(): string {
    const { api_type, api_url } = this.#config
    const isCloud =
      api_type === 'cloud' ||
      (api_type === 'auto' && new URL(api_url).host.endsWith('atlassian.net'))
    return isCloud
      ? this.#url('search/jql').replace('/rest/api/2/', '/rest/api/3/')
      : this.#url('search')
  }

  #url(path: string): string {
    return under(this.#config.api_url, path)
  }

  #send(method: 'POST' | 'PUT', url: string, body: object): Promise<Outcome> {
    return this.#ask({ ...this.#letter(method, url), body: JSON.stringify(body) })
  }

  /** The answer, or why there is none. */
  async #json<T extends object>(
    method: 'GET' | 'POST',
    url: string,
    body?: object,
  ): Promise<T | Outcome> {
    let answer: T | undefined
    const outcome = await this.#ask({
      ...this.#letter(method, url),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      judge: (text) => {
        answer = objectOf(text) as T | undefined
        return { kind: answer === undefined ? 'retry' : 'sent' }
      },
    })
    return answer ?? outcome
  }

  #letter(method: 'GET' | 'POST' | 'PUT', url: string): Omit<Parameters<Ask>[0], 'body' | 'judge'> {
    const headers = { 'accept-language': 'en' }
    return { method, url, headers, http: this.#config.http_config, secrets: [] }
  }
}

function objectOf(text: string): object | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** A text of JQL. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
