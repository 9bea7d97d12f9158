import type { Setup } from '../config/load-config.ts'
import { collectGarbage } from '../threads/small-heap.ts'

/** Rule files that are longer together leave enough behind to be tidied up: twenty times their length. */
const LONG_RULES = 512 * 1024

/** V8 keeps what reading has left until the heap has grown by half as much again. */
export function tidyAfter({ ruleFiles }: Setup): void {
  const length = ruleFiles.reduce((sum, { text }) => sum + text.length, 0)
  if (length > LONG_RULES) collectGarbage()
}
