import { type Panel, PANEL_KINDS, asType, asksForData, changePanel } from '@weir/boards'
import { Button, Select, Tabs } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import type { BoardEdit } from './board-edit.ts'
import { FieldEditor } from './field-editor.tsx'
import { OptionsEditor } from './options-editor.tsx'
import { nameOf } from './outline.tsx'
import { OverridesEditor } from './overrides-editor.tsx'
import { QueriesEditor } from './queries-editor.tsx'
import { TransformationsEditor } from './transformations-editor.tsx'

/** How a part of the editor changes its panel; `key` names a change that goes on. */
export type ChangePanel = (make: (panel: Panel) => Panel, label: string, key?: string) => void

/** One panel: how it looks above, what it asks below, and how it shows that at the side. */
export function PanelEditor(props: {
  readonly panel: Panel
  readonly edit: BoardEdit
  readonly preview: React.ReactNode
  readonly namesAt: (step: number) => readonly string[]
  readonly onClose: () => void
}): React.JSX.Element {
  const { panel, edit, preview, namesAt, onClose } = props
  const change: ChangePanel = (make, label, key) =>
    edit.change(
      (board) => changePanel(board, panel.id, make),
      `${label} of ${nameOf(panel)}`,
      key === undefined ? '' : `${panel.id} ${key}`,
    )
  const isRow = panel.type === 'row'
  return (
    <div className="panel-editor">
      <h1 className="visually-hidden">{nameOf(panel)}</h1>
      <h2 className="visually-hidden">How it looks</h2>
      <div className="panel-editor-main">
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconArrowLeft size={14} />}
            onClick={onClose}
          >
            All panels
          </Button>
        </div>
        <div className="panel-preview">{preview}</div>
        {asksForData(panel.type) ? (
          <Tabs defaultValue="queries" keepMounted={false}>
            <Tabs.List>
              <Tabs.Tab value="queries">Queries {panel.targets.length}</Tabs.Tab>
              <Tabs.Tab value="transformations">
                Transformations {panel.transformations.length}
              </Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="queries" pt="sm">
              <QueriesEditor panel={panel} change={change} />
            </Tabs.Panel>
            <Tabs.Panel value="transformations" pt="sm">
              <TransformationsEditor {...{ panel, change, namesAt }} />
            </Tabs.Panel>
          </Tabs>
        ) : null}
      </div>
      <aside className="panel-editor-side" aria-label="Options of the panel">
        {isRow ? null : (
          <Select
            label="Kind"
            value={panel.type}
            searchable
            allowDeselect={false}
            data={kindsWith(panel.type)}
            onChange={(type) => {
              if (type !== null) change((before) => asType(before, type), 'kind')
            }}
          />
        )}
        <OptionsEditor panel={panel} change={change} />
        {!asksForData(panel.type) ? null : (
          <>
            <FieldEditor panel={panel} change={change} />
            <OverridesEditor panel={panel} change={change} />
          </>
        )}
      </aside>
    </div>
  )
}

/** All kinds, and one of another program that this panel has. */
function kindsWith(type: string): { readonly value: string; readonly label: string }[] {
  const kinds = PANEL_KINDS.map((kind) => ({ value: kind.type, label: kind.title }))
  return kinds.some(({ value }) => value === type)
    ? kinds
    : [...kinds, { value: type, label: type }]
}
