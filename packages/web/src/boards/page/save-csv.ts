import type { Frame } from '@weir/boards'
import { framesCsv } from './frames-csv.ts'

/** Saves what a panel shows as a file that is called as it is. */
export function saveCsv(name: string, frames: readonly Frame[], timeZone: string): void {
  const text = framesCsv(frames, timeZone)
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name}.csv`.replaceAll(/[^\p{L}\p{N}. _-]/gu, '_')
  link.click()
  URL.revokeObjectURL(url)
}
