import type { BoardRow } from '@weir/boards'
import { ActionIcon, Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import {
  IconBox,
  IconDots,
  IconDownload,
  IconFileCode,
  IconStar,
  IconStarFilled,
  IconTrash,
} from '@tabler/icons-react'
import { counted } from '../../format/number.ts'
import { agoText, fullTime } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { type ExportForm, downloadBoard } from './board-deeds.ts'

const FORMS: readonly (readonly [ExportForm, string])[] = [
  ['plain', 'As it is'],
  ['sharing', 'For Grafana elsewhere'],
  ['provisioning', 'To provision Grafana'],
]

/** A line of the list. */
export function BoardLine(props: {
  readonly row: BoardRow
  readonly isStarred: boolean
  readonly onStar: () => void
  readonly onTag: (tag: string) => void
  readonly onFolder: (folder: string) => void
  /** Undefined where it is not for the reader to do. */
  readonly onDelete: (() => void) | undefined
}): React.JSX.Element {
  const { row, isStarred, onStar, onTag, onFolder, onDelete } = props
  const Star = isStarred ? IconStarFilled : IconStar
  return (
    <li className="library-row">
      <ActionIcon
        variant="subtle"
        color={isStarred ? 'yellow' : 'gray'}
        aria-pressed={isStarred}
        aria-label={`Star ${row.title}`}
        onClick={onStar}
      >
        <Star size={16} />
      </ActionIcon>
      <div className="library-what">
        <Link to="/dashboards/$uid" params={{ uid: row.uid }} className="library-title">
          {row.title}
        </Link>
        {row.description === '' ? null : <div className="muted clip">{row.description}</div>}
      </div>
      <div className="library-tags">
        {row.folder === '' ? null : (
          <button type="button" className="tag" onClick={() => onFolder(row.folder)}>
            {row.folder}
          </button>
        )}
        {row.tags.slice(0, 4).map((tag) => (
          <button type="button" className="tag" key={tag} onClick={() => onTag(tag)}>
            {tag}
          </button>
        ))}
      </div>
      <div className="library-from muted">
        <Origin row={row} />
        {counted(row.panelCount, 'panel')}
      </div>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`What to do with ${row.title}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Download</Menu.Label>
          {FORMS.map(([form, words]) => (
            <Menu.Item
              key={form}
              leftSection={<IconDownload size={15} />}
              onClick={() => void downloadBoard(row.uid, form)}
            >
              {words}
            </Menu.Item>
          ))}
          {row.origin === 'pack' || onDelete === undefined ? null : (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<IconTrash size={15} />} onClick={onDelete}>
                Delete
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </li>
  )
}

function Origin({ row }: { readonly row: BoardRow }): React.JSX.Element {
  if (row.origin === 'pack') {
    return (
      <span title="It comes with the pack and cannot be changed, only copied">
        <IconBox size={14} aria-hidden /> pack
      </span>
    )
  }
  const by = row.author === '' ? '' : ` by ${row.author}`
  return (
    <span title={`${row.file ?? 'Saved'} · ${fullTime(row.updatedMs)}${by}`}>
      {row.origin === 'file' ? <IconFileCode size={14} aria-hidden /> : null}{' '}
      {agoText(row.updatedMs, serverNow())}
      {by}
    </span>
  )
}
