import { type Remark, readableStage } from '@weir/packs'
import { backlogWords } from './backlog-words.ts'
import { errorWords } from './error-words.ts'
import { freshnessWords } from './freshness-words.ts'
import { latencyWords, throughputWords } from './pace-words.ts'
import type { Finding, JudgeGrid, JudgedStage } from './remark.ts'

/**
 * What a person would say who looked at the five signals of a stage over the last hour. A stage is
 * held against itself: its own pace, its own usual waits; no limits are to be set for it.
 */
const WORDS = [backlogWords, freshnessWords, errorWords, throughputWords, latencyWords]

const TONES: readonly Remark['tone'][] = ['bad', 'notice', 'good']

/** Remarks on some stages, the gravest first. */
export function remarksOn(stages: readonly JudgedStage[], grid: JudgeGrid): Remark[] {
  return stages
    .flatMap((stage) =>
      WORDS.flatMap((words) => {
        const found = words(stage, grid)
        return found === undefined ? [] : [{ found, stage: stage.stage }]
      }),
    )
    .sort((a, b) => gravity(a.found, b.found))
    .map(({ found: { kind, tone, text, sinceMs }, stage }) => ({
      kind,
      stage,
      tone,
      text,
      sinceMs,
    }))
}

/** What fails is told first, then what is late, then what waits: in that order people must act. */
function gravity(a: Finding, b: Finding): number {
  if (a.tone !== b.tone) return TONES.indexOf(a.tone) - TONES.indexOf(b.tone)
  return rank(a) - rank(b) || b.weight - a.weight
}

const ORDER: readonly Remark['kind'][] = ['errors', 'freshness', 'backlog', 'throughput', 'latency']

function rank({ kind }: Finding): number {
  return ORDER.indexOf(kind)
}

/** A remark as a sentence about the pipeline: it names the stage. */
export function aboutStage({ kind, stage, text }: Remark): string {
  const name = readableStage(stage)
  return kind === 'errors' || kind === 'freshness' ? `${text} in ${name}` : `${name} ${text}`
}
