import { TemplateFailure } from './go-value.ts'

/**
 * What one printing may cost. A list can hold itself's copy twice, sixty times over: small to make,
 * and endless to write. So whoever writes a value pays for each part, and stops when it is too much.
 */
const CHARS_MAX = 8_388_608
const DEPTH_MAX = 100

let left = CHARS_MAX
let depth = 0
let isOpen = false

/** Runs one printing; printings within it share its budget. */
export function withBudget<T>(print: () => T): T {
  if (isOpen) return print()
  isOpen = true
  left = CHARS_MAX
  depth = 0
  try {
    return print()
  } finally {
    isOpen = false
  }
}

/** Pays for text that was written, or for a part that has none. */
export function spend(chars: number): void {
  left -= chars + 1
  if (isOpen && left < 0) throw new TemplateFailure(`more than ${CHARS_MAX} characters in a value`)
}

/** One level deeper: a list in a list. */
export function nested<T>(print: () => T): T {
  if (++depth > DEPTH_MAX && isOpen) throw new TemplateFailure('a value is nested too deeply')
  try {
    return print()
  } finally {
    depth--
  }
}
