import { facetsOf } from '@weir/logs'
import { type Clock, WeirError } from '@weir/model'
import type { LogFacetsView } from '@weir/packs'
import type { LogJob, LogQueryLimits, LogReply } from '../../log-query/job.ts'
import { patternsOf } from '../../log-query/mined-patterns.ts'
import { SENT_LEVEL } from '../parcel.ts'
import type { LokiClient } from './loki-client.ts'
import { lokiContext } from './loki-context.ts'
import { type PushedDown, lokiQuestion } from './loki-question.ts'
import { lokiSample } from './loki-sample.ts'

export interface AskingLoki {
  readonly loki: Pick<LokiClient, 'ask'>
  readonly limits: LogQueryLimits
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Answers a question from a Loki: what its API has goes there whole and comes back as it is; what only Weir has is
 * made of lines that it gives, or refused.
 *
 * @throws {WeirError} as {@link LokiClient.ask}
 */
export async function answerFromLoki(job: LogJob, at: AskingLoki): Promise<LogReply> {
  switch (job.kind) {
    case 'context':
      return jsonReply(await lokiContext(at.loki, job, at))
    case 'facets':
      return jsonReply(await facets(job, at))
    case 'patterns':
      return patterns(job, at)
    case 'sql':
      throw notHere('run SQL: the lines are in Loki, which has none', 'ask in LogQL instead')
    case 'export':
      throw notHere('export lines: they are in Loki', 'use logcli, or ask for them in LogQL')
    default:
      return pushDown(job, at)
  }
}

function notHere(what: string, advice: string): WeirError {
  return new WeirError('LOGS_ENGINE_UNSUPPORTED', `Cannot ${what}; ${advice}`)
}

async function pushDown(job: PushedDown, { loki, signal }: AskingLoki): Promise<LogReply> {
  return { body: await loki.ask(lokiQuestion(job), signal) }
}

async function facets(
  job: Extract<LogJob, { readonly kind: 'facets' }>,
  { loki, limits, signal }: AskingLoki,
): Promise<LogFacetsView> {
  const linesMax = Math.min(job.lines, sampleMax(limits))
  const { lines, isWhole } = await lokiSample(loki, { ...job, linesMax }, signal)
  // How Weir told Loki the level, which is there once more as Loki tells it.
  const fields = facetsOf(lines, job).filter(({ name }) => name !== SENT_LEVEL)
  return { lines: lines.length, isSampled: !isWhole, fields }
}

/** Loki finds patterns where that is switched on; elsewhere they are found in lines that it gives. */
async function patterns(
  job: Extract<LogJob, { readonly kind: 'patterns' }>,
  at: AskingLoki,
): Promise<LogReply> {
  try {
    return await pushDown(job, at)
  } catch (error) {
    if ((error as { code?: string }).code !== 'LOGS_ENGINE_UNSUPPORTED') throw error
  }
  const linesMax = sampleMax(at.limits)
  const { lines, isWhole } = await lokiSample(at.loki, { ...job, linesMax }, at.signal)
  const data = patternsOf(lines, job)
  return jsonReply({ status: 'success', data, ...(!isWhole && { isSampled: true }) })
}

/** Loki refuses to give more lines at once than its `max_entries_limit_per_query`, which is 5000 as Weir's limit is. */
function sampleMax({ sampleLines, linesMax }: LogQueryLimits): number {
  return Math.min(sampleLines, linesMax)
}

function jsonReply(value: unknown): LogReply {
  return { body: new TextEncoder().encode(JSON.stringify(value)) }
}
