/**
 * What a message tells about an alert, whatever the receiver: what is wrong in one sentence, where,
 * since when, the figure against its limit, and where to read on.
 */
import type { AlertFacts, NotificationFacts } from '../template/notification-data.ts'
import { cutTo } from '../notify/cut.ts'
import { figureText } from './figure.ts'
import { type AlertLinks, linksOf } from './links.ts'
import { spanText } from './times.ts'

export interface AlertStory {
  readonly facts: AlertFacts
  /** One line. */
  readonly sentence: string
  /** More than the sentence says; '' when there is no more. */
  readonly description: string
  readonly system: string
  readonly pipeline: string
  readonly stage: string
  /** `airflow / orders › run`; '' when the alert is about no pipeline. */
  readonly place: string
  /** `since 2026-11-28 14:02:11 CET (12 min)` */
  readonly since: string
  /** `7.2 s`; '' without evidence. */
  readonly value: string
  /** `> 5 s`; '' when it is not known. */
  readonly limit: string
  /** `7.2 s (fires when > 5 s)` */
  readonly figure: string
  readonly links: AlertLinks
}

export interface NotificationStory {
  readonly sentence: string
  /** Those that fire first; no more than a message can show. */
  readonly alerts: readonly AlertStory[]
  readonly hiddenCount: number
}

/** Most alerts that a text tells about; the rest are counted. */
export const ALERTS_TOLD_MAX = 10
const SENTENCE_CHARS = 300
const DESCRIPTION_CHARS = 2000
const PAIRS_SHOWN = 3

export function storyOf(facts: NotificationFacts, nowMs: number | undefined): NotificationStory {
  const isFiring = ({ status }: AlertFacts): boolean => status === 'firing'
  const ordered = [
    ...facts.alerts.filter(isFiring),
    ...facts.alerts.filter((alert) => !isFiring(alert)),
  ]
  const alerts = ordered
    .slice(0, ALERTS_TOLD_MAX)
    .map((alert) => alertStory(alert, facts.externalUrl, nowMs))
  return {
    sentence: sentenceOfAll(ordered),
    alerts,
    hiddenCount: ordered.length - alerts.length,
  }
}

export function alertStory(
  facts: AlertFacts,
  externalUrl: string,
  nowMs: number | undefined,
): AlertStory {
  const { labels, annotations, evidence, startsAtMs, endsAtMs } = facts
  const [system, pipeline, stage] = ['system', 'pipeline', 'stage'].map((name) => labels.get(name))
  const value = evidence === undefined ? '' : figureText(evidence.value, evidence.unit)
  const limit =
    evidence?.threshold === undefined
      ? ''
      : `${evidence.threshold.operator} ${figureText(evidence.threshold.value, evidence.unit)}`
  const sentence = sentenceOf(facts)
  const described = cutTo(annotations.get('description').trim(), DESCRIPTION_CHARS)
  return {
    facts,
    sentence,
    description: oneLine(described) === sentence ? '' : described,
    system: system!,
    pipeline: pipeline!,
    stage: stage!,
    place: [[system, pipeline].filter((part) => part !== '').join(' / '), stage]
      .filter((part) => part !== '')
      .join(' › '),
    since: spanText({ startMs: startsAtMs, endMs: endsAtMs, nowMs }),
    value,
    limit,
    figure: limit === '' ? value : `${value} (fires when ${limit})`,
    links: linksOf(facts, externalUrl),
  }
}

/** The summary, else the description, else what the labels and the figure say. */
function sentenceOf({ labels, annotations, evidence }: AlertFacts): string {
  const given = ['summary', 'description', 'message']
    .map((name) => oneLine(annotations.get(name)))
    .find((text) => text !== '')
  if (given !== undefined) return cutTo(given, SENTENCE_CHARS)
  const name = labels.get('alertname') || 'An alert'
  const where = [...labels]
    .filter(([label, value]) => !NO_PLACE.has(label) && value !== '')
    .slice(0, PAIRS_SHOWN)
    .map(([label, value]) => `${label} ${value}`)
    .join(', ')
  const what =
    evidence === undefined
      ? ''
      : `: ${figureText(evidence.value, evidence.unit)}${
          evidence.threshold === undefined
            ? ''
            : `, which is ${evidence.threshold.operator} ${figureText(evidence.threshold.value, evidence.unit)}`
        }`
  return cutTo(oneLine(`${name}${where === '' ? '' : ` at ${where}`}${what}`), SENTENCE_CHARS)
}

/** Labels that say what kind of alert it is, not where. */
const NO_PLACE: ReadonlySet<string> = new Set(['alertname', 'severity'])

function sentenceOfAll(alerts: readonly AlertFacts[]): string {
  const [first, ...others] = alerts
  if (first === undefined) return 'Nothing to tell'
  const sentence = sentenceOf(first)
  if (others.length === 0) return sentence
  const isSame = others.every((alert) => sentenceOf(alert) === sentence)
  return isSame ? `${sentence} (${alerts.length} alerts)` : `${sentence}, and ${others.length} more`
}

function oneLine(text: string): string {
  // What cannot be shown is not looked at: texts may be long.
  return text
    .slice(0, 2 * SENTENCE_CHARS)
    .replace(/\s+/g, ' ')
    .trim()
}
