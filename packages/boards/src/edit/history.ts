/** What can be undone: states, and what led to each. */
export interface EditHistory<T> {
  readonly past: readonly Step<T>[]
  readonly present: T
  readonly future: readonly Step<T>[]
  /** Of the change that led to `present`; changes of the same key in a row are one step. */
  readonly key: string
}

interface Step<T> {
  readonly state: T
  /** What undoing or redoing it is called: `move "Lag"`. */
  readonly label: string
}

/** Steps that can be undone at most. */
const STEPS_MAX = 200

export function historyOf<T>(present: T): EditHistory<T> {
  return { past: [], present, future: [], key: '' }
}

/** @param key of a change that goes on, such as typing into one field; '' is a step of its own */
export function changed<T>(
  history: EditHistory<T>,
  state: T,
  label: string,
  key = '',
): EditHistory<T> {
  if (state === history.present) return history
  const goesOn = key !== '' && key === history.key && history.past.length > 0
  const past = goesOn
    ? history.past
    : [...history.past, { state: history.present, label }].slice(-STEPS_MAX)
  return { past, present: state, future: [], key }
}

export function undone<T>(history: EditHistory<T>): EditHistory<T> {
  const last = history.past.at(-1)
  if (last === undefined) return history
  return {
    past: history.past.slice(0, -1),
    present: last.state,
    future: [{ state: history.present, label: last.label }, ...history.future],
    key: '',
  }
}

export function redone<T>(history: EditHistory<T>): EditHistory<T> {
  const [next, ...future] = history.future
  if (next === undefined) return history
  return {
    past: [...history.past, { state: history.present, label: next.label }],
    present: next.state,
    future,
    key: '',
  }
}
