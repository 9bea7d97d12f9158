/**
 * From queued samples to acknowledged ones.
 *
 * ```
 * submit ─► queue ─► check each sample ─► stages, one an arena ─► one transaction ─► head ─► resolve
 *                      └► refused, counted by reason                 └► failed: stages undone, reject
 * ```
 *
 * Batches that arrive while one transaction runs share the next. The transaction is synchronous: it
 * costs this thread the disk's flush, but nothing else waits for this thread that may not wait for
 * the disk, and there is no state between "written" and "visible" to reason about.
 */
import {
  type CommitResult,
  type MetricMetadata,
  REJECT_REASONS,
  type RejectReason,
  WeirError,
} from '@weir/model'

import { ByteWriter } from './codec/bytes.ts'
import { INT_MAX } from './codec/int-column.ts'
import type { Core } from './core.ts'
import { encodeBatch } from './disk/batch-record.ts'
import { pairKey, storageError } from './disk/environment.ts'
import type { Arena } from './head/arena.ts'
import { commitsRead, nextCommit, publishCommit } from './head/epochs.ts'
import { Stage } from './head/stage.ts'
import { recordOf } from './histogram/queue.ts'
import { startsWithHistogram } from './histogram/record.ts'
import { newMetadata } from './new-metadata.ts'
import type { QueuedSamples } from './sample-queue.ts'
import type { SenderSeries } from './sender-series.ts'

/** Samples that one transaction takes at most; further batches wait for the next. */
const GROUP_SAMPLES_MAX = 2_000_000

/** A batch with the store's own series numbers. */
interface Batch extends QueuedSamples {
  /** Series number of each sample, or `-1 - reason` for a series that was refused. */
  readonly series: Int32Array
  /** Knows the labels behind `refs`. */
  readonly sender: SenderSeries
}

interface Waiting {
  readonly queued: QueuedSamples
  readonly sender: SenderSeries
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: unknown) => void
}

/** What a sample may take in its batch at most. */
const SAMPLE_BYTES = 24

export class Committer {
  readonly #core: Core
  readonly #stages = new Map<Arena, Stage>()
  readonly #record = new ByteWriter(4096)
  #queue: Waiting[] = []
  #scheduled = false

  constructor(core: Core) {
    this.#core = core
  }

  /** Queues a batch whose labels its sender has told already. */
  submit(queued: QueuedSamples, sender: SenderSeries): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      const { samplesPerCommitMax } = this.#core.settings
      if (queued.refs.length > samplesPerCommitMax) {
        this.#core.countRefused(queued.refs.length)
        const want = `want at most ${samplesPerCommitMax}`
        const message = `Cannot commit ${queued.refs.length} samples at once: ${want}`
        throw new WeirError('STORAGE_VALUE', message)
      }
      this.#queue.push({ queued, sender, resolve, reject })
      if (this.#scheduled) return
      this.#scheduled = true
      setImmediate(() => this.flush())
    })
  }

  /** Commits what waits. */
  flush(): void {
    this.#scheduled = false
    while (this.#queue.length > 0) {
      let samples = 0
      let take = 0
      // History is committed by itself: mostly it is not sent on.
      const { takesHistory } = this.#queue[0]!.sender
      while (take < this.#queue.length && (take === 0 || samples < GROUP_SAMPLES_MAX)) {
        const { queued, sender } = this.#queue[take]!
        if (sender.takesHistory !== takesHistory) break
        samples += queued.refs.length
        take++
      }
      this.#commit(this.#queue.splice(0, take))
    }
  }

  #commit(group: readonly Waiting[]): void {
    const core = this.#core
    const { clock } = core.settings
    const started = clock.monotonicMs()
    const maxBefore = core.head.maxTimeMs
    const versionBefore = core.version
    const sequences: [Arena, number][] = []
    try {
      const batches = group.map(({ queued, sender }): Batch => {
        sender.retry()
        return { ...queued, series: sender.resolve(queued.refs), sender }
      })
      const now = clock.now()
      const results = batches.map((batch) => ({
        ...this.#check(batch, now),
        ...this.#checkExemplars(batch, now),
      }))
      const metadata = newMetadata(core, batches)
      const leaves = !group[0]!.sender.takesHistory || core.outgoing.takesHistory
      this.#write(metadata, sequences, leaves)
      const commit = nextCommit(core.epochs)
      const readers = commitsRead(core.epochs)
      for (const stage of this.#stages.values()) if (stage.count > 0) stage.apply(commit, readers)
      core.exemplars.applied()
      core.dictionary.saved()
      core.dictionary.publish()
      publishCommit(core.epochs, commit)
      for (const [name, described] of metadata) {
        core.metadata.set(name, described)
        core.tell({ kind: 'metadata', name, metadata: described })
      }
      core.outgoing.published()
      core.commits++
      core.lastCommitMs = clock.monotonicMs() - started
      for (const [i, result] of results.entries()) {
        this.#count(result)
        group[i]!.resolve(result)
      }
    } catch (error) {
      for (const stage of this.#stages.values()) stage.undo()
      core.exemplars.undo()
      core.outgoing.undo()
      for (const [arena, sequence] of sequences) arena.batchSequence = sequence
      core.head.maxTimeMs = maxBefore
      core.version = versionBefore
      core.commitsFailed++
      const failure = storageError('commit samples', error)
      for (const waiting of group) waiting.reject(failure)
    } finally {
      for (const { sender, queued } of group) sender.forget(queued.released)
      for (const arena of this.#stages.keys()) if (arena.closing) this.#stages.delete(arena)
    }
  }

  /** Sorts the samples of a batch into stages, and says which were refused. */
  #check(batch: Batch, nowMs: number): CommitResult {
    const { head, settings } = this.#core
    const latest = Math.min(nowMs + settings.futureMs, INT_MAX)
    const { outOfOrderWindowMs } = batch.sender
    const refused = new Uint32Array(REJECT_REASONS.length)
    let example = -1
    let appended = 0
    let appendedHistograms = 0
    let stage: Stage | undefined
    let startMs = 0
    let endMs = -1
    const { histograms } = batch
    let histogram = 0
    let nextHistogram = histograms.at[0]
    for (let i = 0; i < batch.series.length; i++) {
      const series = batch.series[i]!
      const time = Math.floor(batch.times[i]!)
      let reason = -1
      let record: Uint8Array | undefined
      if (i === nextHistogram) {
        record = recordOf(histograms, histogram)
        nextHistogram = histograms.at[++histogram]
      }
      if (series < 0) reason = -1 - series
      else if (time > latest) reason = TOO_FAR
      else if (!(time >= head.maxTimeMs - outOfOrderWindowMs) || time < -INT_MAX) {
        reason = OUT_OF_ORDER
      } else if (record?.length === 0) {
        reason = BAD_HISTOGRAM
      } else {
        if (time < startMs || time >= endMs) {
          stage = this.#stageOf(time)
          ;({ startMs, endMs } = stage.arena)
          if (stage.arena.isLate) endMs = Math.min(endMs, head.sealedUntilMs)
        }
        const offset = time - startMs
        const newest = stage!.arena.newest(series)
        const value = batch.values[i]!
        const known = offset >= newest ? undefined : stage!.find(series, offset)
        if (known === undefined) {
          stage!.push(series, time, value, newest)
          if (record !== undefined) stage!.markHistogram(record)
          if (time > head.maxTimeMs) head.maxTimeMs = time
        } else if (!isSame(known, record ?? value)) {
          reason = DUPLICATE
        }
      }
      if (reason < 0) {
        appended++
        if (record !== undefined) appendedHistograms++
      } else {
        refused[reason] = refused[reason]! + 1
        if (example < 0) example = i
      }
    }
    const rejected: Partial<Record<RejectReason, number>> = {}
    for (const [i, reason] of REJECT_REASONS.entries())
      if (refused[i]! > 0) rejected[reason] = refused[i]!
    return {
      appended,
      ...(appendedHistograms > 0 && { histograms: appendedHistograms }),
      rejected,
      example: example < 0 ? '' : batch.sender.show(batch.refs[example]!),
    }
  }

  #checkExemplars({ exemplars, sender }: Batch, nowMs: number): Pick<CommitResult, 'exemplars'> {
    if (exemplars.length === 0) return {}
    const { exemplars: ring, settings } = this.#core
    const series = sender.resolve(Uint32Array.from(exemplars, ({ ref }) => ref))
    return { exemplars: ring.check(exemplars, series, nowMs + settings.futureMs) }
  }

  #stageOf(timeMs: number): Stage {
    const arena = this.#core.head.find(timeMs)
    let stage = this.#stages.get(arena)
    if (stage === undefined) {
      stage = new Stage(arena)
      this.#stages.set(arena, stage)
    }
    return stage
  }

  /** @param leaves whether it is also for those that send samples on */
  #write(
    metadata: ReadonlyMap<string, MetricMetadata>,
    sequences: [Arena, number][],
    leaves: boolean,
  ): void {
    const { environment, dictionary, exemplars, outgoing } = this.#core
    const stages = [...this.#stages.values()]
      .filter((stage) => stage.count > 0)
      .sort((a, b) => a.arena.startMs - b.arena.startMs)
    const isEmpty = stages.length === 0 && metadata.size === 0 && !exemplars.hasStaged
    if (isEmpty && !dictionary.hasUnsaved) return
    const samples = stages.reduce((sum, stage) => sum + stage.count, 0)
    const recordBytes = stages.reduce(
      (sum, stage) => sum + stage.recordBytes,
      exemplars.stagedBytes,
    )
    this.#record.clear()
    if (dictionary.hasUnsaved) dictionary.writeUnsaved(this.#record)
    const copies = leaves && outgoing.isOn ? 2 : 1
    const batchBytes = (samples * SAMPLE_BYTES + recordBytes) * copies
    this.#core.requireRoom(batchBytes + this.#record.length)
    environment.root.transactionSync(() => {
      if (dictionary.hasUnsaved) {
        environment.dictionary.putSync(++this.#core.dictionaryRecord, this.#record.copy())
      }
      for (const [name, described] of metadata) {
        environment.metadata.putSync(name, JSON.stringify(described))
      }
      let isNew = false
      const batches: Uint8Array[] = []
      for (const stage of stages) {
        const { arena } = stage
        isNew ||= arena.batchSequence === 0
        sequences.push([arena, arena.batchSequence])
        arena.batchSequence++
        const record = encodeBatch(arena, stage, stage.count)
        environment.batches.putSync(pairKey(arena.id, arena.batchSequence), record)
        batches.push(record)
      }
      const pages = exemplars.write()
      if (leaves) outgoing.write(samples, batches, pages)
      if (isNew) this.#core.putHead()
    })
  }

  #count(result: CommitResult): void {
    const core = this.#core
    core.samplesAppended += result.appended
    for (const reason of REJECT_REASONS) {
      const count = result.rejected[reason]
      if (count !== undefined) core.rejected[reason] = (core.rejected[reason] ?? 0) + count
    }
  }
}

const OUT_OF_ORDER = REJECT_REASONS.indexOf('out_of_order')
const DUPLICATE = REJECT_REASONS.indexOf('duplicate_timestamp')
const BAD_HISTOGRAM = REJECT_REASONS.indexOf('bad_histogram')
const TOO_FAR = REJECT_REASONS.indexOf('too_far_in_future')

function isSame(known: number | Uint8Array, sample: number | Uint8Array): boolean {
  if (typeof known === 'number') return typeof sample === 'number' && sameBits(known, sample)
  return typeof sample !== 'number' && startsWithHistogram(known, sample)
}

const two = new Float64Array(2)
const words = new Int32Array(two.buffer)

function sameBits(a: number, b: number): boolean {
  two[0] = a
  two[1] = b
  return words[0] === words[2] && words[1] === words[3]
}
