import { Modal } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useDeferredValue, useId, useMemo, useState } from 'react'
import { type PaletteItem, rankItems } from './rank.ts'
import { usePaletteItems } from './use-items.ts'

/** Beyond these nobody looks; typing one more letter is quicker. */
const SHOWN_MAX = 50
/** Before anything is typed, the first of each group. */
const GROUP_MAX = 6

/** Go anywhere, do anything, by name. */
export function Palette(props: {
  readonly opened: boolean
  readonly onClose: () => void
  readonly showHelp: () => void
}): React.JSX.Element {
  const { opened, onClose, showHelp } = props
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose}
      size="lg"
      yOffset="10vh"
      padding={0}
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label="Go to">
        <Modal.Body>{opened ? <Search onClose={onClose} showHelp={showHelp} /> : null}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function Search(props: {
  readonly onClose: () => void
  readonly showHelp: () => void
}): React.JSX.Element {
  const { onClose, showHelp } = props
  const items = usePaletteItems(showHelp)
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text)
  const found = useMemo(() => shownOf(items, wanted), [items, wanted])
  const [chosen, setChosen] = useState(0)
  const at = Math.min(chosen, found.length - 1)
  const list = useId()
  const run = (item: PaletteItem | undefined): void => {
    if (item === undefined) return
    onClose()
    item.run()
  }
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const last = found.length - 1
    const to = { ArrowDown: at >= last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1 }[event.key]
    if (to !== undefined) {
      setChosen(to)
      document.getElementById(`${list}-${to}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') run(found[at])
    else return
    event.preventDefault()
  }
  return (
    <div className="palette">
      <div className="palette-in">
        <IconSearch size={17} aria-hidden />
        <input
          data-autofocus
          role="combobox"
          aria-label="Go to"
          aria-expanded={found.length > 0}
          aria-controls={list}
          aria-activedescendant={found[at] === undefined ? undefined : `${list}-${at}`}
          placeholder="A pipeline, dashboard, metric, page…"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul id={list} role="listbox" aria-label="What was found">
        {found.map((item, index) => (
          <li
            key={item.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerMove={() => setChosen(index)}
            onClick={() => run(item)}
            onKeyDown={onKeyDown}
          >
            <span className="clip">{item.title}</span>
            <span className="palette-more clip">{item.more}</span>
            <span className="palette-group">{item.group}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 ? (
        <div className="empty" role="status">
          Nothing is called so.
        </div>
      ) : null}
    </div>
  )
}

/** What to list: without a word a few of each group, metrics left out; else the best. */
function shownOf(items: readonly PaletteItem[], query: string): readonly PaletteItem[] {
  if (query.trim() !== '') return rankItems(items, query).slice(0, SHOWN_MAX)
  const counts = new Map<string, number>()
  return items.filter(({ group }) => {
    const count = (counts.get(group) ?? 0) + 1
    counts.set(group, count)
    return group === 'Pages' || (group !== 'Metrics' && count <= GROUP_MAX)
  })
}
