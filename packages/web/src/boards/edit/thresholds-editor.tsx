import { type Thresholds, withElement } from '@weir/boards'
import { ActionIcon, Button, NumberInput, SegmentedControl } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { ColorField } from './color-field.tsx'

const USUAL: Thresholds = {
  mode: 'absolute',
  steps: [
    { value: null, color: 'green' },
    { value: 80, color: 'red' },
  ],
}

/** Steps of value and colour, the lowest first. */
export function ThresholdsEditor(props: {
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
