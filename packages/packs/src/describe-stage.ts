import { SIGNALS, type SignalKind } from './api.ts'
import type { Pack, PackStage } from './pack.ts'

/** Where a stage stands and what it is called; a sensible guess for stages that no pack knows. */
export interface StageDescription {
  readonly order: number
  readonly title: string
  /** Unit of each signal. */
  readonly units: Readonly<Record<SignalKind, string>>
  /** Stages that its data comes from, where the pack says so. */
  readonly after?: readonly string[]
}

/** Words that pipelines of one's own use for their stages, in the order data takes. */
const USUAL_STAGES = [
  ['source', 'consume', 'consumer', 'extract', 'read', 'ingest'],
  ['decode', 'parse', 'validate'],
  ['transform', 'enrich', 'process', 'aggregate'],
  ['sink', 'load', 'write', 'produce', 'commit'],
]

const USUAL_UNITS = {
  throughput: 'records/s',
  errors: 'errors/s',
  latency: 's',
  backlog: 'records',
  freshness: 's',
} as const

/** Describes a stage, by its pack where one knows it. */
export function describeStage(
  packs: readonly Pack[],
  system: string,
  stage: string,
): StageDescription {
  const stages = packs.find((pack) => pack.id === system)?.stages ?? []
  const named = stages.find((candidate) => candidate.stage === stage)
  if (named) return { title: named.title, ...asPackSays(named) }
  // A name that no pack can know belongs to the kind of stage whose names come from the data.
  const kind = stages.find(({ isFromData }) => isFromData)
  const title = stageTitle(stage)
  if (kind) return { title, ...ofKind(kind, stage) }
  const place = USUAL_STAGES.findIndex((words) => words.includes(stage.toLowerCase()))
  return { order: place < 0 ? 100 : (place + 1) * 10, title, units: USUAL_UNITS }
}

type Place = Omit<StageDescription, 'title'>

function asPackSays({ order, signals, after }: PackStage): Place {
  const units = Object.fromEntries(
    SIGNALS.map((kind) => [kind, signals[kind]?.unit ?? USUAL_UNITS[kind]]),
  ) as StageDescription['units']
  return { order, units, ...(after === undefined ? {} : { after }) }
}

/** Where the data begins or ends by its name, a stage stands before or after the others of its kind. */
function ofKind(kind: PackStage, stage: string): Place {
  const place = asPackSays(kind)
  if (/^source\b|^source_/i.test(stage)) return { ...place, order: place.order - 0.5, after: [] }
  if (!/^sink\b|^sink_|(?:writer|committer|sink)$/i.test(stage)) return place
  const { order, units } = place
  return { order: order + 0.5, units }
}

/** A stage's name as a title. */
function stageTitle(stage: string): string {
  const readable = readableStage(stage)
  const spaced = readable === stage ? stage.replaceAll(/[-_]+/g, ' ') : readable
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}

/**
 * A stage's name as people would write it. Flink names a task after its chain of operators, `Source: orders
 * -> Map`, and its reporters put `_` for what their receivers cannot take (`Source:_orders____Map`) or
 * `-` for the colon. Other names stay as they are.
 */
export function readableStage(stage: string): string {
  if (!/ -> |_{4}|^(?:Source|Sink)[:_-]|[:_-][ _](?:Writer|Committer)$/.test(stage)) return stage
  return stage
    .replaceAll(' -> ', ' \u2192 ')
    .replaceAll(/_{4,}/g, ' \u2192 ')
    .replaceAll(/(?<=\w)(?:[:-][ _]|__)(?=Writer|Committer)/g, ': ')
    .replaceAll(/\b(Source|Sink)(?:[:-][ _]?|__?)/g, '$1: ')
    .replaceAll(/_+/g, ' ')
    .trim()
}
