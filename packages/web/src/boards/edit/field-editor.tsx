import {
  type FieldOptions,
  type Panel,
  type Thresholds,
  type ValueMapping,
  withElement,
} from '@weir/boards'
import { ActionIcon, Button, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { ColorField } from './color-field.tsx'
import type { ChangePanel } from './panel-editor.tsx'
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

const USUAL: Thresholds = {
  mode: 'absolute',
  steps: [
    { value: null, color: 'green' },
    { value: 80, color: 'red' },
  ],
}

function ThresholdsEditor(props: {
  readonly value: Thresholds | undefined
  readonly onChange: (value: Thresholds | undefined) => void
}): React.JSX.Element {
  const { onChange } = props
  const value = props.value ?? { ...USUAL, steps: [] }
  const setSteps = (steps: Thresholds['steps']): void =>
    onChange(steps.length === 0 ? undefined : { ...value, steps })
  const highest = value.steps.at(-1)?.value ?? 0
  return (
    <details className="edit-section">
      <summary>Thresholds {value.steps.length === 0 ? '' : value.steps.length}</summary>
      <div className="edit-fields">
        {value.steps.map((step, i) => (
          <div key={i} className="edit-step">
            <ColorField
              label={i === 0 ? 'Below all' : `Colour from ${step.value}`}
              isBare
              value={step.color}
              onChange={(color) => setSteps(withElement(value.steps, i, { ...step, color }))}
            />
            {step.value === null ? (
              <span className="muted">Base</span>
            ) : (
              <NumberInput
                aria-label={`Threshold ${i}`}
                size="xs"
                hideControls
                value={step.value}
                onChange={(next) =>
                  setSteps(withElement(value.steps, i, { ...step, value: Number(next) || 0 }))
                }
                onBlur={() => setSteps(ascending(value.steps))}
              />
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              size={26}
              disabled={i === 0 && value.steps.length > 1}
              aria-label={`Remove threshold ${step.value ?? 'base'}`}
              onClick={() => setSteps(value.steps.filter((_step, other) => other !== i))}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </div>
        ))}
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlus size={13} />}
          onClick={() =>
            value.steps.length === 0
              ? onChange(USUAL)
              : setSteps([...value.steps, { value: highest + 10, color: 'orange' }])
          }
        >
          {value.steps.length === 0 ? 'Add thresholds' : 'Add'}
        </Button>
        {value.steps.length === 0 ? null : (
          <SegmentedControl
            aria-label="Thresholds are"
            size="xs"
            value={value.mode}
            onChange={(mode) =>
              onChange({ ...value, mode: mode === 'percentage' ? 'percentage' : 'absolute' })
            }
            data={[
              { value: 'absolute', label: 'Values' },
              { value: 'percentage', label: '% of min to max' },
            ]}
          />
        )}
      </div>
    </details>
  )
}

function ascending(steps: Thresholds['steps']): Thresholds['steps'] {
  return [...steps].sort((a, b) => (a.value ?? -Infinity) - (b.value ?? -Infinity))
}

/** Words in place of values; a mapping of one value each, others are kept and named. */
function MappingsEditor(props: {
  readonly value: readonly ValueMapping[]
  readonly onChange: (value: readonly ValueMapping[]) => void
}): React.JSX.Element {
  const { value, onChange } = props
  const words = value.flatMap((mapping, i) =>
    mapping.type === 'value'
      ? Object.entries(mapping.options).map(([from, result]) => ({ i, from, result }))
      : [],
  )
  const others = value.filter(({ type }) => type !== 'value')
  const keep = (
    rows: readonly { readonly from: string; readonly result: { text?: string; color?: string } }[],
  ): void => {
    const options = Object.fromEntries(
      rows.map(({ from, result }, index) => [from, { ...result, index }]),
    )
    onChange([...(rows.length === 0 ? [] : [{ type: 'value' as const, options }]), ...others])
  }
  return (
    <details className="edit-section">
      <summary>Words for values {value.length === 0 ? '' : words.length + others.length}</summary>
      <div className="edit-fields">
        {words.map(({ from, result }, i) => (
          <div key={i} className="edit-mapping">
            <TextInput
              aria-label={`Value ${i + 1}`}
              size="xs"
              value={from}
              onChange={(event) =>
                keep(withElement(words, i, { ...words[i]!, from: event.currentTarget.value }))
              }
            />
            <TextInput
              aria-label={`Word for ${from}`}
              placeholder="word"
              size="xs"
              value={result.text ?? ''}
              onChange={(event) =>
                keep(
                  withElement(words, i, {
                    ...words[i]!,
                    result: { ...result, text: event.currentTarget.value },
                  }),
                )
              }
            />
            <ColorField
              label={`Colour for ${from}`}
              isBare
              value={result.color ?? ''}
              onChange={(color) =>
                keep(withElement(words, i, { ...words[i]!, result: { ...result, color } }))
              }
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={26}
              aria-label={`Remove the word for ${from}`}
              onClick={() => keep(words.filter((_word, other) => other !== i))}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </div>
        ))}
        {others.length === 0 ? null : (
          <div className="muted">
            {others.length} for ranges, patterns and special values stay; change them as JSON in the
            settings.
          </div>
        )}
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlus size={13} />}
          onClick={() => {
            const from = String(words.length)
            keep([...words.filter((word) => word.from !== from), { from, result: { text: '' } }])
          }}
        >
          Add a word
        </Button>
      </div>
    </details>
  )
}
