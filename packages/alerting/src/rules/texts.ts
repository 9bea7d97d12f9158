import type { RuleTemplateContext } from '../template/prometheus.ts'
import type { TemplatedText } from './config.ts'
import type { Evaluation } from './evaluation.ts'
import type { QuerySample } from './source.ts'

type Texts = ReadonlyMap<string, TemplatedText>

/** Whether all texts are the same whatever the element is. */
export function areFixed(texts: Texts): boolean {
  return [...texts.values()].every(({ template }) => template.isFixed)
}

/**
 * A rule's labels or annotations for an element, `name, value, …`. Only templates that ask the store
 * make anybody wait: an answer may have tens of thousands of elements.
 */
export function expandTexts(
  texts: Texts,
  sample: QuerySample,
  at: Evaluation,
): string[] | Promise<string[]> {
  if (texts.size === 0) return []
  const context = contextOf(sample, at)
  const flat: string[] = []
  for (const [name, { template }] of texts) {
    const text = template.expandNow(context)
    if (text === undefined) return expandSlowly(texts, sample, at)
    flat.push(name, text)
  }
  return flat
}

async function expandSlowly(texts: Texts, sample: QuerySample, at: Evaluation): Promise<string[]> {
  const context = contextOf(sample, at)
  const flat: string[] = []
  for (const [name, { template }] of texts) {
    flat.push(name, await template.expand(context))
  }
  return flat
}

function contextOf({ labels, value }: QuerySample, at: Evaluation): RuleTemplateContext {
  const { externalLabels, externalUrl, queryTimeMs, query, signal } = at
  return { labels, value, externalLabels, externalUrl, timeMs: queryTimeMs, query, signal }
}
