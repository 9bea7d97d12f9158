import type { Frame } from '@weir/boards'
import { cellText } from '../panels/cell-text.ts'

/** Frames as CSV (RFC 4180), one after the other with an empty line between. */
export function framesCsv(frames: readonly Frame[], timeZone: string): string {
  return frames
    .map((frame) => {
      const head = frame.fields.map((field) => quoted(field.displayName ?? field.name))
      const rows = Array.from({ length: frame.length }, (_, row) =>
        frame.fields.map((field) => quoted(cellText(field, row, timeZone))).join(','),
      )
      return `${[head.join(','), ...rows].join('\r\n')}\r\n`
    })
    .join('\r\n')
}

/** What a spreadsheet would take for a formula gets an apostrophe before it, but for numbers. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
