import {
  type FieldOverride,
  type Panel,
  type Thresholds,
  type ValueMapping,
  withElement,
} from '@weir/boards'
import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { ColorField } from './color-field.tsx'
import { JsonField } from './json-field.tsx'
import { MappingsEditor } from './mappings-editor.tsx'
import type { ChangePanel } from './panel-editor.tsx'
import { ThresholdsEditor } from './thresholds-editor.tsx'
import { UnitPicker } from './unit-picker.tsx'

const MATCHERS = [
  { value: 'byName', label: 'The field called' },
  { value: 'byRegexp', label: 'Fields whose name fits' },
  { value: 'byType', label: 'Fields of the type' },
  { value: 'byFrameRefID', label: 'Fields of the query' },
]

const PROPERTIES = [
  { value: 'unit', label: 'Unit' },
  { value: 'color', label: 'Colour' },
  { value: 'displayName', label: 'Name' },
  { value: 'decimals', label: 'Decimals' },
  { value: 'min', label: 'Min' },
  { value: 'max', label: 'Max' },
  { value: 'noValue', label: 'When there is no value' },
  { value: 'thresholds', label: 'Thresholds' },
  { value: 'mappings', label: 'Words for values' },
  { value: 'links', label: 'Links' },
  { value: 'custom.axisPlacement', label: 'Axis' },
  { value: 'custom.drawStyle', label: 'Style' },
  { value: 'custom.fillOpacity', label: 'Fill' },
  { value: 'custom.lineWidth', label: 'Width of the line' },
  { value: 'custom.stacking', label: 'Stacking' },
  { value: 'custom.hideFrom', label: 'Hide' },
  { value: 'custom.width', label: 'Width of the column' },
  { value: 'custom.cellOptions', label: 'Cell' },
]

const TEXTS = new Set(['displayName', 'noValue', 'custom.axisPlacement', 'custom.drawStyle'])

/** What differs for single fields. */
export function OverridesEditor(props: {
  readonly panel: Panel
  readonly change: ChangePanel
}): React.JSX.Element {
  const { panel, change } = props
  const { overrides } = panel.fieldConfig
  const set = (next: readonly FieldOverride[], key = ''): void =>
    change(
      (before) => ({ ...before, fieldConfig: { ...before.fieldConfig, overrides: next } }),
      'overrides',
      key,
    )
  return (
    <details className="edit-section">
      <summary>Overrides {overrides.length === 0 ? '' : overrides.length}</summary>
      <div className="edit-fields">
        {overrides.map((override, i) => (
          <OverrideEditor
            key={i}
            override={override}
            number={i + 1}
            onChange={(next) => set(withElement(overrides, i, next), `override ${i}`)}
            onRemove={() => set(overrides.filter((_override, other) => other !== i))}
          />
        ))}
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlus size={13} />}
          onClick={() =>
            set([...overrides, { matcher: { id: 'byName', options: '' }, properties: [] }])
          }
        >
          Add an override
        </Button>
      </div>
    </details>
  )
}

function OverrideEditor(props: {
  readonly override: FieldOverride
  readonly number: number
  readonly onChange: (override: FieldOverride) => void
  readonly onRemove: () => void
}): React.JSX.Element {
  const { override, number, onChange, onRemove } = props
  const { matcher, properties } = override
  const isKnown = MATCHERS.some(({ value }) => value === matcher.id)
  const isText = isKnown && typeof (matcher.options ?? '') === 'string'
  const left = PROPERTIES.filter(({ value }) => !properties.some(({ id }) => id === value))
  return (
    <div className="edit-override">
      <div className="edit-override-head">
        <Select
          aria-label={`Override ${number} is for`}
          size="xs"
          allowDeselect={false}
          data={isKnown ? MATCHERS : [...MATCHERS, { value: matcher.id, label: matcher.id }]}
          value={matcher.id}
          onChange={(id) => onChange({ ...override, matcher: { id: id ?? 'byName', options: '' } })}
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          size={26}
          aria-label={`Remove override ${number}`}
          onClick={onRemove}
        >
          <IconTrash size={14} />
        </ActionIcon>
      </div>
      {isText ? (
        <TextInput
          aria-label={`Override ${number} fits`}
          size="xs"
          value={typeof matcher.options === 'string' ? matcher.options : ''}
          onChange={(event) =>
            onChange({ ...override, matcher: { ...matcher, options: event.currentTarget.value } })
          }
        />
      ) : (
        <JsonField
          label="Fits"
          value={matcher.options ?? null}
          onChange={(options) => onChange({ ...override, matcher: { ...matcher, options } })}
        />
      )}
      {properties.map((property, i) => (
        <div key={property.id} className="edit-property">
          <PropertyInput
            id={property.id}
            value={property.value}
            onChange={(value) =>
              onChange({
                ...override,
                properties: withElement(properties, i, { ...property, value }),
              })
            }
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            aria-label={`Do not override ${property.id}`}
            onClick={() =>
              onChange({
                ...override,
                properties: properties.filter((_property, other) => other !== i),
              })
            }
          >
            <IconTrash size={14} />
          </ActionIcon>
        </div>
      ))}
      <Select
        aria-label={`Override ${number} changes also`}
        size="xs"
        placeholder="Change…"
        data={left}
        value={null}
        onChange={(id) => {
          if (id === null) return
          const value = id === 'color' ? { mode: 'fixed', fixedColor: 'blue' } : undefined
          const property = value === undefined ? { id } : { id, value }
          onChange({ ...override, properties: [...properties, property] })
        }}
      />
    </div>
  )
}

function PropertyInput(props: {
  readonly id: string
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}): React.JSX.Element {
  const { id, value, onChange } = props
  const label = PROPERTIES.find((one) => one.value === id)?.label ?? id
  const text = typeof value === 'string' ? value : ''
  if (id === 'unit') return <UnitPicker value={text} onChange={onChange} />
  if (id === 'color') {
    const color = (value ?? {}) as { readonly mode?: string; readonly fixedColor?: string }
    return (
      <ColorField
        label={label}
        value={color.fixedColor ?? ''}
        onChange={(fixedColor) => onChange({ mode: 'fixed', fixedColor })}
      />
    )
  }
  if (id === 'mappings') {
    const mappings = Array.isArray(value) ? (value as readonly ValueMapping[]) : []
    return <MappingsEditor value={mappings} onChange={onChange} />
  }
  if (id === 'thresholds') {
    return <ThresholdsEditor value={value as Thresholds | undefined} onChange={onChange} />
  }
  if (TEXTS.has(id)) {
    return (
      <TextInput
        label={label}
        size="xs"
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  }
  return <JsonField label={label} value={value ?? null} rows={2} onChange={onChange} />
}
