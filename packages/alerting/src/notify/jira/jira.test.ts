import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Asked, type Reply, factsOf, notifying, sent } from '../../testing/notifying.ts'
import { JIRA } from './jira.ts'

const CONFIG = {
  api_url: 'https://jira.example.org/rest/api/2/',
  project: 'OPS',
  issue_type: 'Bug',
}
const LABEL = `ALERT{${createHash('sha256').update('{}:{alertname="A"}').digest('hex')}}`

interface Issue {
  readonly key: string
  fields: Record<string, unknown>
  isDone: boolean
}

/** A Jira with one project: finds by label, refuses what is too long, moves by named transitions. */
class Service {
  readonly issues: Issue[] = []
  readonly queries: string[] = []

  readonly answer = (asked: Asked): Reply => {
    const path = new URL(asked.url).pathname.replace(/^\/rest\/api\/\d\//, '')
    const body = asked.method === 'GET' ? {} : sent(asked)
    if (path.startsWith('search')) return this.#search(body['jql'] as string)
    if (path.endsWith('/transitions')) return this.#move(path, asked, body)
    const fields = body['fields'] as Record<string, unknown>
    const { summary = '', description = '' } = fields
    if (String(summary).length > 255 || /\n/.test(String(summary))) return { status: 400 }
    if (typeof description === 'string' && description.length > 32_767) return { status: 400 }
    if (asked.method === 'POST') {
      this.issues.push({ key: `OPS-${this.issues.length + 1}`, fields, isDone: false })
      return { status: 201, body: '{}' }
    }
    const issue = this.#issue(path)
    issue.fields = { ...issue.fields, ...fields }
    return { status: 204 }
  }

  #issue(path: string): Issue {
    return this.issues.find(({ key }) => key === path.split('/')[1])!
  }

  #search(jql: string): Reply {
    this.queries.push(jql)
    const takesDone = jql.includes('resolutiondate >=')
    const found = this.issues.filter(
      ({ fields, isDone }) =>
        (fields['labels'] as string[]).some((label) => jql.includes(`labels="${label}"`)) &&
        (takesDone || !isDone),
    )
    const issues = found.map(({ key, isDone }) => ({
      key,
      fields: { status: { statusCategory: { key: isDone ? 'done' : 'new' } } },
    }))
    return { body: JSON.stringify({ issues }) }
  }

  #move(path: string, { method }: Asked, body: Record<string, unknown>): Reply {
    const issue = this.#issue(path)
    const ways = [issue.isDone ? { id: '2', name: 'Reopen' } : { id: '1', name: 'Close' }]
    if (method === 'GET') return { body: JSON.stringify({ transitions: ways }) }
    issue.isDone = (body['transition'] as { id: string }).id === '1'
    return { status: 204 }
  }
}

test('an issue is made, rewritten, closed, and opened again', async () => {
  const jira = new Service()
  const config = {
    ...CONFIG,
    resolve_transition: 'Close',
    reopen_transition: 'Reopen',
    reopen_duration: '2h',
    labels: ['weir'],
  }
  const { tell } = notifying(JIRA, config, { service: jira.answer })
  expect(await tell()).toEqual({ kind: 'sent' })
  expect(jira.issues).toHaveLength(1)
  expect(jira.issues[0]!.fields).toMatchObject({
    project: { key: 'OPS' },
    issuetype: { name: 'Bug' },
    labels: [LABEL, 'weir'],
    priority: { name: 'High' },
  })
  expect(jira.queries[0]).toBe(
    `(resolutiondate is EMPTY OR resolutiondate >= -120m) and project="OPS" and labels="${LABEL}" order by status ASC,resolutiondate DESC`,
  )
  expect(await tell(factsOf('firing', 2))).toEqual({ kind: 'sent' })
  expect(jira.issues).toHaveLength(1)
  expect(jira.issues[0]!.fields['summary']).toContain('[FIRING:2]')
  expect(await tell(factsOf('resolved'))).toEqual({ kind: 'sent' })
  expect(jira.issues[0]!.isDone).toBe(true)
  expect(await tell()).toEqual({ kind: 'sent' })
  expect(jira.issues).toMatchObject([{ isDone: false }])
})

test('what is resolved and has no issue makes none', async () => {
  const jira = new Service()
  const { tell, asked } = notifying(JIRA, CONFIG, { service: jira.answer })
  expect(await tell(factsOf('resolved'))).toEqual({ kind: 'sent' })
  expect(asked).toHaveLength(1)
})

test('fields that are not to be rewritten stay; custom fields are read as what they are', async () => {
  const jira = new Service()
  const config = {
    ...CONFIG,
    summary: { template: '{{ .Status }}', enable_update: 'false' },
    description: 'd {{ len .Alerts }}',
    fields: { customfield_1: { value: '{{ .Receiver }}' }, customfield_2: '{{ len .Alerts }}' },
  }
  const { tell } = notifying(JIRA, config, { service: jira.answer })
  await tell()
  await tell(factsOf('resolved', 2))
  expect(jira.issues[0]!.fields).toMatchObject({
    summary: 'firing',
    description: 'd 2',
    customfield_1: { value: 'team' },
    customfield_2: 2,
  })
})

test('values in wiki markup show as they are; long texts are cut', async () => {
  const jira = new Service()
  const { tell } = notifying(
    JIRA,
    { ...CONFIG, description: '{{ .Weir.Jira }}' },
    { service: jira.answer },
  )
  await tell(factsOf('firing', 2))
  expect(jira.issues[0]!.fields['description']).toContain('<b>\\*\\_\\[x\\](http://evil)')
  const long = '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}'
  const cut = notifying(
    JIRA,
    { ...CONFIG, summary: long, description: long },
    { service: new Service().answer },
  )
  expect(await cut.tell(factsOf('firing', 9, 'x\n'.repeat(5000)))).toEqual({ kind: 'sent' })
})

test('the cloud has a search of its own, and version 3 wants a tree for a text', async () => {
  const jira = new Service()
  const config = {
    ...CONFIG,
    api_url: 'https://x.atlassian.net/rest/api/3',
    description: 'a\nb\n\nc',
  }
  const { tell, asked } = notifying(JIRA, config, { service: jira.answer })
  expect(await tell()).toEqual({ kind: 'sent' })
  expect(asked.map(({ url }) => url)).toEqual([
    'https://x.atlassian.net/rest/api/3/search/jql',
    'https://x.atlassian.net/rest/api/3/issue',
  ])
  expect(jira.issues[0]!.fields['description']).toEqual({
    type: 'doc',
    version: 1,
    content: [
      {
        type: 'paragraph',
        content: [{ type: 'text', text: 'a' }, { type: 'hardBreak' }, { type: 'text', text: 'b' }],
      },
      { type: 'paragraph', content: [{ type: 'text', text: 'c' }] },
    ],
  })
})

test.each([
  [
    { status: 429, headers: { 'retry-after': '9' } },
    { kind: 'retry', afterMs: 9000 },
  ],
  [{ status: 503 }, { kind: 'retry' }],
  [{ status: 401 }, { kind: 'refused' }],
  [{ body: '<html>' }, { kind: 'retry' }],
])('a search that is answered by %j is %j', async (reply, want) => {
  const { tell } = notifying(JIRA, CONFIG, { service: () => reply })
  expect(await tell()).toMatchObject(want)
})

test('a way that the issue does not have now is named', async () => {
  const jira = new Service()
  const { tell } = notifying(
    JIRA,
    { ...CONFIG, resolve_transition: 'Done' },
    { service: jira.answer },
  )
  await tell()
  expect(await tell(factsOf('resolved'))).toMatchObject({
    kind: 'refused',
    cause: { message: 'Cannot notify by Jira: OPS-1 has no transition "Done" now' },
  })
})

test('a project, an issue type and an address are wanted', () => {
  expect(notifying(JIRA, {}).problems).toEqual([
    'want an api_url here, or jira_api_url in global',
    'want a project',
    'want an issue_type',
  ])
})
