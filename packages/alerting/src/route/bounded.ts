import { type Alert, Labels } from '@weir/model'
import { cutToBytes } from '../notify/cut.ts'

/** Longest value of one annotation, in bytes of UTF-8. */
export const ANNOTATION_BYTES_MAX = 65_536

/**
 * The alert with its annotations cut to what is kept: one that goes wrong must not fill memory and
 * disk, and is no reason to keep quiet. What was cut says so.
 */
export function boundedAlert(
  alert: Alert,
  bytesMax: number,
): { readonly alert: Alert; readonly cutCount: number } {
  const texts = alert.annotations.flat
  // A character is 3 bytes at most for each of its UTF-16 units.
  if (texts.every((text) => text.length * 3 <= bytesMax)) return { alert, cutCount: 0 }
  let cutCount = 0
  const kept = texts.map((text, i) => {
    if (i % 2 === 0) return text // a name
    const bytes = Buffer.byteLength(text)
    if (bytes <= bytesMax) return text
    cutCount++
    const note = ` (cut: ${bytes} bytes, at most ${bytesMax} are kept)`
    return cutToBytes(text, Math.max(bytesMax - note.length, 3)) + note
  })
  return cutCount === 0
    ? { alert, cutCount }
    : { alert: { ...alert, annotations: Labels.fromFlat(kept) }, cutCount }
}
