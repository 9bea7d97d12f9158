import { z } from 'zod'
import { nextVersion } from '../cluster/shared-part.ts'
import { type AlertMarks, type MarkVersion, MARK_LIMITS } from './alert-marks.ts'

const name = z.string().max(MARK_LIMITS.nameLength)
const text = z.string().max(MARK_LIMITS.textLength)
const signed = { by: name, atMs: z.number() }

const shared = z.object({
  fingerprint: z.string().max(64),
  ack: z.object({ ...signed, comment: text }).nullable(),
  assignee: z.object({ ...signed, to: name }).nullable(),
  snooze: z
    .object({ ...signed, silenceId: z.string().max(64), untilMs: z.number().nullable() })
    .nullable(),
  notes: z.array(z.object({ ...signed, text })).max(MARK_LIMITS.notes),
  changedMs: z.number(),
})

/** Marks that a peer keeps; undefined when they cannot be. */
export function readMarks(fingerprint: string, value: unknown): KeptMarks | undefined {
  const read = shared.safeParse(value)
  return read.success && read.data.fingerprint === fingerprint ? read.data : undefined
}

export type KeptMarks = AlertMarks & MarkVersion

/**
 * What is known once a peer's marks were heard: the newer ones, with all notes, as two people may write
 * one each at the same time. Undefined when there is nothing new.
 */
export function mergedMarks(known: KeptMarks | undefined, heard: KeptMarks): KeptMarks | undefined {
  if (known === undefined) return heard
  if ((known.changedMs ?? 0) >= (heard.changedMs ?? 0)) return undefined
  const heardNotes = new Set(heard.notes.map((note) => JSON.stringify(note)))
  const missing = known.notes.filter(
    ({ by, atMs, text: said }) => !heardNotes.has(JSON.stringify({ by, atMs, text: said })),
  )
  if (missing.length === 0) return heard
  const notes = [...heard.notes, ...missing].toSorted((a, b) => a.atMs - b.atMs)
  // Newer than both, so that the peer gets them all in turn.
  const changedMs = nextVersion(0, heard.changedMs)
  return { ...heard, notes: notes.slice(-MARK_LIMITS.notes), changedMs }
}
