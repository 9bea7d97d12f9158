import { type Panel, valueAt, withValueAt } from '@weir/boards'
import { MultiSelect, NumberInput, Select, Switch, TextInput, Textarea } from '@mantine/core'
import { CALCS } from './calcs.ts'
import { type OptionField, formsOf } from './option-forms.ts'
import type { ChangePanel } from './panel-editor.tsx'

/** What a panel of this kind can be told, as forms. */
export function OptionsEditor(props: {
  readonly panel: Panel
  readonly change: ChangePanel
}): React.JSX.Element {
  const { panel, change } = props
  return (
    <>
      {formsOf(panel.type).map(({ title, fields }, i) => (
        <details key={title} className="edit-section" open={i < 2}>
          <summary>{title}</summary>
          <div className="edit-fields">
            {fields.map((field) => (
              <OptionInput
                key={field.path}
                field={field}
                value={valueAt(panel, field.path)}
                onChange={(value) =>
                  change(
                    (before) => withValueAt(before, field.path, value),
                    field.label.toLowerCase(),
                    field.path,
                  )
                }
              />
            ))}
          </div>
        </details>
      ))}
    </>
  )
}

/** One option; emptied, it is not set. */
export function OptionInput(props: {
  readonly field: OptionField
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}): React.JSX.Element {
  const { field, value, onChange } = props
  const { label } = field
  const text = typeof value === 'string' ? value : ''
  switch (field.kind) {
    case 'text':
      return (
        <TextInput
          label={label}
          size="xs"
          value={text}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        />
      )
    case 'markdown':
      return (
        <Textarea
          label={label}
          size="xs"
          autosize
          minRows={2}
          maxRows={14}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        />
      )
    case 'number':
      return (
        <NumberInput
          label={label}
          size="xs"
          hideControls
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
        />
      )
    case 'boolean':
      return (
        <Switch
          label={label}
          size="xs"
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'calcs':
      return (
        <MultiSelect
          label={label}
          size="xs"
          searchable
          data={CALCS}
          value={Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []}
          onChange={onChange}
        />
      )
    case 'choice':
      return (
        <Select
          label={label}
          size="xs"
          clearable
          clearButtonProps={{ 'aria-label': `${label}: as usual` }}
          placeholder="as usual"
          data={field.choices.map(([key, words]) => ({ value: key, label: words }))}
          value={text === '' ? null : text}
          onChange={(next) => onChange(next ?? undefined)}
        />
      )
  }
}
