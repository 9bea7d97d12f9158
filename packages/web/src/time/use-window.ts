import type { SignalView } from '@weir/packs'
import { useState } from 'react'
import { FULL_WINDOW, fittingWindow, historyMs } from './history.ts'
import { durationMs } from './range.ts'

/**
 * The window a page asks for: the reader's choice from the address, else one that fits the history.
 * `settle` is called while rendering with the signals of an answer to exactly this window.
 */
export function useWindow(text: string | undefined): {
  readonly window: string
  /** Undefined while nobody chose. */
  readonly chosen: string | undefined
  readonly settle: (signals: Iterable<SignalView>) => void
} {
  const [settled, setSettled] = useState<string | undefined>(undefined)
  const chosen = durationMs(text ?? '') === undefined ? undefined : text
  return {
    window: chosen ?? settled ?? FULL_WINDOW,
    chosen,
    settle(signals) {
      if (chosen !== undefined || settled === FULL_WINDOW) return
      const next = fittingWindow(settled, historyMs(signals))
      if (next !== settled) setSettled(next)
    },
  }
}
