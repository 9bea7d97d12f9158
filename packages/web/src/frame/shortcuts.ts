/**
 * Keyboard shortcuts as a small machine: a key, and the key before it, make a command. Pure, so the
 * table of tests is the manual.
 */
export type Command =
  | {
      readonly kind: 'go'
      readonly to:
        | '/'
        | '/dashboards'
        | '/explore'
        | '/logs'
        | '/alerts'
        | '/status'
        | '/packs'
        | '/targets'
        | '/loggers'
    }
  | {
      readonly kind:
        | 'search'
        | 'help'
        | 'refresh'
        | 'theme'
        | 'zoom-out'
        | 'back'
        | 'forth'
        | 'wall'
    }

interface Shortcut {
  readonly keys: readonly [string] | readonly [string, string]
  readonly title: string
  readonly command: Command
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['/'], title: 'Search', command: { kind: 'search' } },
  { keys: ['g', 'o'], title: 'Overview', command: { kind: 'go', to: '/' } },
  { keys: ['g', 'd'], title: 'Dashboards', command: { kind: 'go', to: '/dashboards' } },
  { keys: ['g', 'e'], title: 'Explore', command: { kind: 'go', to: '/explore' } },
  { keys: ['g', 'l'], title: 'Logs', command: { kind: 'go', to: '/logs' } },
  { keys: ['g', 'a'], title: 'Alerts', command: { kind: 'go', to: '/alerts' } },
  { keys: ['g', 's'], title: 'Status', command: { kind: 'go', to: '/status' } },
  { keys: ['g', 't'], title: 'Targets', command: { kind: 'go', to: '/targets' } },
  { keys: ['g', 'v'], title: 'Loggers', command: { kind: 'go', to: '/loggers' } },
  { keys: ['g', 'p'], title: 'Packs', command: { kind: 'go', to: '/packs' } },
  { keys: ['r'], title: 'Refresh now', command: { kind: 'refresh' } },
  { keys: ['t', 'o'], title: 'Longer time range', command: { kind: 'zoom-out' } },
  { keys: ['t', 'b'], title: 'Back in time', command: { kind: 'back' } },
  { keys: ['t', 'f'], title: 'Forward in time', command: { kind: 'forth' } },
  { keys: ['w'], title: 'Wall screen', command: { kind: 'wall' } },
  { keys: ['T'], title: 'Light or dark', command: { kind: 'theme' } },
  { keys: ['?'], title: 'This list', command: { kind: 'help' } },
]

/** What dashboards listen to themselves; told in the same list. */
export const BOARD_SHORTCUTS: readonly {
  readonly keys: readonly string[]
  readonly title: string
}[] = [
  { keys: ['v'], title: 'The panel under the pointer alone' },
  { keys: ['e'], title: 'Edit the panel under the pointer' },
  { keys: ['Ctrl', 's'], title: 'Save what was edited' },
  { keys: ['Ctrl', 'z'], title: 'Undo an edit' },
  { keys: ['Esc'], title: 'Back to all panels' },
]

/** The second key must follow within this time. */
export const SEQUENCE_MS = 1200

/** What a key means after `pending`, and what is pending now. */
export function press(
  pending: string,
  key: string,
): { readonly pending: string; readonly command: Command | undefined } {
  const both = SHORTCUTS.find(({ keys }) => keys[0] === pending && keys[1] === key)
  if (both !== undefined) return { pending: '', command: both.command }
  const alone = SHORTCUTS.find(({ keys }) => keys.length === 1 && keys[0] === key)
  if (alone !== undefined) return { pending: '', command: alone.command }
  const begins = SHORTCUTS.some(({ keys }) => keys.length === 2 && keys[0] === key)
  return { pending: begins ? key : '', command: undefined }
}

/** Whether a key press belongs to what has the focus rather than to the page. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}
