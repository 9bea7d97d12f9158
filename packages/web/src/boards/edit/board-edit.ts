import { type Dashboard, type EditHistory, changed, historyOf, redone, undone } from '@weir/boards'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { isTyping } from '../../frame/shortcuts.ts'

/** A board under change, and how it is changed. */
export interface BoardEdit {
  /** As it is now, a drag under way included. */
  readonly board: Dashboard
  /** Whether there is something to save. */
  readonly isChanged: boolean
  /**
   * @param label what undoing it is called
   * @param key of a change that goes on, such as typing into one field
   */
  readonly change: (make: (board: Dashboard) => Dashboard, label: string, key?: string) => void
  /** Shows a state without a step; `undefined` ends it. */
  readonly preview: (board: Dashboard | undefined) => void
  readonly undo: () => void
  readonly redo: () => void
  /** What could be undone and redone; undefined for nothing. */
  readonly undoLabel: string | undefined
  readonly redoLabel: string | undefined
  /** What is there was saved. */
  readonly saved: () => void
}

/** Holds a board while it is edited, with Ctrl+Z and Ctrl+Shift+Z, and asks before the work is lost. */
export function useBoardEdit(begun: Dashboard): BoardEdit {
  const [history, setHistory] = useState<EditHistory<Dashboard>>(() => historyOf(begun))
  const [savedBoard, setSavedBoard] = useState(begun)
  const [drag, setDrag] = useState<Dashboard | undefined>(undefined)
  const change = useCallback<BoardEdit['change']>((make, label, key) => {
    setHistory((before) => changed(before, make(before.present), label, key))
  }, [])
  const undo = useCallback(() => setHistory(undone), [])
  const redo = useCallback(() => setHistory(redone), [])
  const isChanged = history.present !== savedBoard
  useUndoKeys(undo, redo)
  useLeaveGuard(isChanged)
  return useMemo(
    () => ({
      board: drag ?? history.present,
      isChanged,
      change,
      preview: setDrag,
      undo,
      redo,
      undoLabel: history.past.at(-1)?.label,
      redoLabel: history.future[0]?.label,
      saved: () => setSavedBoard(history.present),
    }),
    [history, drag, isChanged, change, undo, redo],
  )
}

/** In a text field the keys are the field's own. */
function useUndoKeys(undo: () => void, redo: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || isTyping(event.target)) return
      const key = event.key.toLowerCase()
      if (key !== 'z' && key !== 'y') return
      event.preventDefault()
      if (key === 'y' || event.shiftKey) redo()
      else undo()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [undo, redo])
}

/** Closing the tab asks first; leaving for another page does in the router's blocker. */
function useLeaveGuard(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return undefined
    const onLeave = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', onLeave)
    return () => window.removeEventListener('beforeunload', onLeave)
  }, [isChanged])
}
