import {
  type Panel,
  type Transformation,
  valueAt,
  withElement,
  withOrder,
  withValueAt,
} from '@weir/boards'
import { Select, Switch } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react'
import { JsonField } from './json-field.tsx'
import type { ChangePanel } from './panel-editor.tsx'
import { TRANSFORM_FORMS, TransformInput } from './transform-forms.tsx'
import { Tool } from './transform-parts.tsx'
import { TRANSFORM_KINDS } from './transform-kinds.ts'

/** What is done with the answers before they are drawn, from the first to the last. */
export function TransformationsEditor(props: {
  readonly panel: Panel
  readonly change: ChangePanel
  /** Names of the fields that a transformation gets, by its place in the list. */
  readonly namesAt: (step: number) => readonly string[]
}): React.JSX.Element {
  const { panel, change, namesAt } = props
  const set = (transformations: readonly Transformation[], key = ''): void =>
    change((before) => ({ ...before, transformations }), 'transformations', key)
  const list = panel.transformations
  return (
    <div className="queries">
      {list.map((one, i) => (
        <TransformationEditor
          key={i}
          one={one}
          names={namesAt(i)}
          onChange={(next) => set(withElement(list, i, next), `transformation ${i}`)}
          tools={
            <>
              <Tool label="Earlier" isOff={i === 0} onClick={() => set(withOrder(list, i, i - 1))}>
                <IconArrowUp size={15} />
              </Tool>
              <Tool
                label="Later"
                isOff={i === list.length - 1}
                onClick={() => set(withOrder(list, i, i + 1))}
              >
                <IconArrowDown size={15} />
              </Tool>
              <Tool
                label="Remove the transformation"
                onClick={() => set(list.filter((_one, other) => other !== i))}
              >
                <IconTrash size={15} />
              </Tool>
            </>
          }
        />
      ))}
      <Select
        aria-label="Add a transformation"
        placeholder="Add a transformation…"
        size="xs"
        w={320}
        searchable
        value={null}
        data={TRANSFORM_KINDS.map(({ id, title }) => ({ value: id, label: title }))}
        onChange={(id) => {
          const kind = TRANSFORM_KINDS.find((one) => one.id === id)
          if (kind !== undefined) set([...list, { id: kind.id, options: kind.options }])
        }}
      />
    </div>
  )
}

function TransformationEditor(props: {
  readonly one: Transformation
  readonly names: readonly string[]
  readonly tools: React.ReactNode
  readonly onChange: (next: Transformation) => void
}): React.JSX.Element {
  const { one, names, tools, onChange } = props
  const kind = TRANSFORM_KINDS.find(({ id }) => id === one.id)
  const Form = TRANSFORM_FORMS[one.id]
  const fields = kind?.fields
  const setOptions = (options: Transformation['options']): void => onChange({ ...one, options })
  return (
    <section
      className="query"
      aria-label={kind?.title ?? one.id}
      data-off={one.disabled === true ? '' : undefined}
    >
      <header>
        <b>{kind?.title ?? one.id}</b>
        <span className="edit-grow" />
        <Switch
          size="xs"
          label="On"
          checked={one.disabled !== true}
          onChange={(event) => onChange({ ...one, disabled: !event.currentTarget.checked })}
        />
        {tools}
      </header>
      {Form === undefined ? null : (
        <Form options={one.options} names={names} onChange={setOptions} />
      )}
      {fields === undefined ? null : (
        <div className="query-more">
          {fields.map((field) => (
            <TransformInput
              key={field.path}
              field={field}
              names={names}
              value={valueAt(one.options, field.path)}
              onChange={(value) => setOptions(withValueAt(one.options, field.path, value))}
            />
          ))}
        </div>
      )}
      <details className="transform-json" open={Form === undefined && fields === undefined}>
        <summary>As JSON</summary>
        <JsonField
          label="Options"
          value={one.options}
          onChange={(options) => setOptions(options as Transformation['options'])}
        />
      </details>
    </section>
  )
}
