import { createHash } from 'node:crypto'
import { cutTo } from '../cut.ts'
import { typedTree } from '../typed-values.ts'
import type { Draft } from '../messenger.ts'
import type { JiraConfig } from './config.ts'

/** As Alertmanager has them; of the summary also confluence.atlassian.com/jirakb: 255 characters. */
const JIRA_LIMITS = { summaryChars: 255, descriptionChars: 32_767 } as const

/** The label by which the issue of a group is found again; Alertmanager's, so issues carry over. */
export function labelOf(groupKey: string): string {
  return `ALERT{${createHash('sha256').update(groupKey).digest('hex')}}`
}

/** Version 3 of the API wants rich text as a tree. */
function wantsTree(config: JiraConfig): boolean {
  return new URL(config.api_url).pathname.replace(/\/+$/, '').endsWith('/3')
}

/** `fields` of an issue. */
export function fieldsOf(
  config: JiraConfig,
  { exact, text, facts }: Draft,
): Record<string, unknown> {
  const described = cutTo(text(config.description.template), JIRA_LIMITS.descriptionChars)
  const description = wantsTree(config) ? treeOf(described) : described
  const priority = exact(config.priority)
  return {
    ...(typedTree(config.fields, exact) as Record<string, unknown>),
    project: { key: exact(config.project) },
    issuetype: { name: exact(config.issue_type) },
    summary: cutTo(
      text(config.summary.template).replace(/\s+/g, ' ').trim(),
      JIRA_LIMITS.summaryChars,
    ),
    ...(described.trim() === '' ? {} : { description }),
    labels: [...config.labels.map(exact), labelOf(facts.groupKey)].toSorted(),
    ...(priority === '' ? {} : { priority: { name: priority } }),
  }
}

/**
 * The text of a description as the tree that version 3 wants. A template may write the tree itself, as
 * it must for Alertmanager; any other text becomes paragraphs.
 *
 * @see developer.atlassian.com/cloud/jira/platform/apis/document/structure
 */
function treeOf(text: string): unknown {
  try {
    const tree = JSON.parse(text) as unknown
    if (typeof tree === 'object' && tree !== null) return tree
  } catch {
    // a text
  }
  const paragraphs = text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => ({ type: 'paragraph', content: linesOf(paragraph) }))
  return { type: 'doc', version: 1, content: paragraphs }
}

function linesOf(paragraph: string): object[] {
  return paragraph
    .split('\n')
    .flatMap((line, i) => [
      ...(i === 0 ? [] : [{ type: 'hardBreak' }]),
      ...(line === '' ? [] : [{ type: 'text', text: line }]),
    ])
}
