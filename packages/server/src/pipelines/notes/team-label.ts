import { Labels } from '@weir/model'
import type { NotesBook } from './notes.ts'

type Relabel = (labels: Labels) => Labels | undefined

/**
 * Gives alerts of a pipeline the label `team` that weir.yml names, unless their rule gives one, so
 * that routes can send them to whose they are; `alert_relabel_configs` come after it.
 */
export function withTeams(book: NotesBook, relabel: Relabel): Relabel {
  return (labels) => {
    const system = labels.get('system') ?? ''
    const pipeline = labels.get('pipeline') ?? ''
    if (pipeline === '' || (labels.get('team') ?? '') !== '') return relabel(labels)
    const { team } = book.of(system, pipeline)
    return relabel(team === '' ? labels : Labels.fromFlat([...labels.flat, 'team', team]))
  }
}
