import type { FieldOptions, Panel } from '@weir/boards'
import { NumberInput, Select, TextInput } from '@mantine/core'
import { ColorField } from './color-field.tsx'
import { MappingsEditor } from './mappings-editor.tsx'
import type { ChangePanel } from './panel-editor.tsx'
import { ThresholdsEditor } from './thresholds-editor.tsx'
import { UnitPicker } from './unit-picker.tsx'

/** How the values of a panel read: unit, limits, colours, thresholds, words. */
export function FieldEditor(props: {
  readonly panel: Panel
  readonly change: ChangePanel
}): React.JSX.Element {
  const { panel, change } = props
  const { defaults } = panel.fieldConfig
  const set = (more: Readonly<Record<string, unknown>>, label: string): void =>
    change(
      (before) => {
        const merged = { ...before.fieldConfig.defaults, ...more }
        const kept = Object.entries(merged).filter(([, value]) => value !== undefined)
        const next: FieldOptions = Object.fromEntries(kept)
        return { ...before, fieldConfig: { ...before.fieldConfig, defaults: next } }
      },
      label,
      `field ${label}`,
    )
  return (
    <>
      <details className="edit-section" open>
        <summary>Values</summary>
        <div className="edit-fields">
          <UnitPicker value={defaults.unit ?? ''} onChange={(unit) => set({ unit }, 'unit')} />
          <div className="edit-three">
            <Amount
              label="Decimals"
              value={defaults.decimals}
              onChange={(decimals) => set({ decimals }, 'decimals')}
            />
            <Amount label="Min" value={defaults.min} onChange={(min) => set({ min }, 'min')} />
            <Amount label="Max" value={defaults.max} onChange={(max) => set({ max }, 'max')} />
          </div>
          <TextInput
            label="Name"
            size="xs"
            value={defaults.displayName ?? ''}
            onChange={(event) => set({ displayName: event.currentTarget.value }, 'name')}
          />
          <TextInput
            label="When there is no value"
            size="xs"
            value={defaults.noValue ?? ''}
            onChange={(event) => set({ noValue: event.currentTarget.value }, 'no value')}
          />
          <ColorMode value={defaults.color} onChange={(color) => set({ color }, 'colour')} />
        </div>
      </details>
      <ThresholdsEditor
        value={defaults.thresholds}
        onChange={(thresholds) => set({ thresholds }, 'thresholds')}
      />
      <MappingsEditor
        value={defaults.mappings ?? []}
        onChange={(mappings) => set({ mappings }, 'words')}
      />
    </>
  )
}

function Amount(props: {
  readonly label: string
  readonly value: number | null | undefined
  readonly onChange: (value: number | null) => void
}): React.JSX.Element {
  const { label, value, onChange } = props
  return (
    <NumberInput
      label={label}
      size="xs"
      hideControls
      placeholder="auto"
      value={value ?? ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : null)}
    />
  )
}

const MODES = [
  { value: 'palette-classic', label: 'A colour for each series' },
  { value: 'thresholds', label: 'By thresholds' },
  { value: 'fixed', label: 'One colour' },
  { value: 'shades', label: 'Shades of one colour' },
  { value: 'continuous-GrYlRd', label: 'Green, yellow, red' },
  { value: 'continuous-BlYlRd', label: 'Blue, yellow, red' },
  { value: 'continuous-blues', label: 'Blues' },
]

function ColorMode(props: {
  readonly value: FieldOptions['color']
  readonly onChange: (color: NonNullable<FieldOptions['color']>) => void
}): React.JSX.Element {
  const { value, onChange } = props
  const mode = value?.mode ?? ''
  const known = MODES.some((one) => one.value === mode) || mode === ''
  return (
    <>
      <Select
        label="Colour"
        size="xs"
        placeholder="as usual"
        data={known ? MODES : [...MODES, { value: mode, label: mode }]}
        value={mode === '' ? null : mode}
        onChange={(next) => onChange({ ...value, mode: next ?? 'palette-classic' })}
      />
      {mode === 'fixed' || mode === 'shades' ? (
        <ColorField
          label="Which"
          value={value?.fixedColor ?? ''}
          onChange={(fixedColor) => onChange({ mode, ...value, fixedColor })}
        />
      ) : null}
    </>
  )
}
