import { Button, SegmentedControl, Select, TextInput, Textarea } from '@mantine/core'
import { spanText } from '../../time/clock-text.ts'
import {
  type BacktestForm,
  type RuleChoice,
  SPANS,
  durationProblem,
  thresholdProblem,
} from './backtest-form.ts'

const NEW = ''

/** What is to be tried: a rule, other numbers for it, and how far back. */
export function BacktestWish(props: {
  readonly form: BacktestForm
  readonly choices: readonly RuleChoice[]
  readonly isBusy: boolean
  readonly onChange: (change: Partial<BacktestForm>) => void
  readonly onRun: () => void
}): React.JSX.Element {
  const { form, choices, isBusy, onChange, onRun } = props
  const chosen = choices.find(({ key }) => key === form.rule)
  const problems = [thresholdProblem(form.thresholds), durationProblem(form.fors)]
  const isReady =
    problems.every((problem) => problem === undefined) &&
    (chosen !== undefined || form.expr.trim() !== '')
  return (
    <form
      className="sheet sheet-body stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) onRun()
      }}
    >
      <Select
        label="Rule"
        searchable
        allowDeselect={false}
        value={form.rule}
        onChange={(rule) => onChange({ rule: rule ?? NEW })}
        data={[
          { value: NEW, label: 'A new expression' },
          ...choices.map(({ key, rule, group }) => ({
            value: key,
            label: `${rule.name} (${group})`,
          })),
        ]}
      />
      {chosen === undefined ? (
        <div className="wish-new">
          <Textarea
            label="Expression"
            placeholder="rate(errors_total[5m]) > 0.5"
            autosize
            minRows={2}
            classNames={{ input: 'mono' }}
            value={form.expr}
            onChange={(event) => onChange({ expr: event.currentTarget.value })}
          />
          <TextInput
            label="For"
            value={form.forText}
            error={durationProblem(form.forText)}
            onChange={(event) => onChange({ forText: event.currentTarget.value })}
          />
        </div>
      ) : (
        <div className="mono muted" style={{ overflowWrap: 'anywhere' }}>
          {chosen.rule.query}
          {chosen.rule.duration > 0 ? ` · for ${spanText(chosen.rule.duration * 1000)}` : ''}
        </div>
      )}
      <div className="wish-variants">
        <TextInput
          label="Other thresholds"
          placeholder="0.8, 0.9, 0.95"
          value={form.thresholds}
          error={problems[0]}
          onChange={(event) => onChange({ thresholds: event.currentTarget.value })}
        />
        <TextInput
          label="Other waits (for)"
          placeholder="0s, 5m, 15m"
          value={form.fors}
          error={problems[1]}
          onChange={(event) => onChange({ fors: event.currentTarget.value })}
        />
        <div>
          <div className="wish-label">How far back</div>
          <SegmentedControl
            aria-label="How far back"
            fullWidth
            value={String(form.days)}
            onChange={(days) => onChange({ days: Number(days) })}
            data={SPANS.map(([days, words]) => ({ value: String(days), label: words }))}
          />
        </div>
        <Button type="submit" disabled={!isReady} loading={isBusy}>
          Test on history
        </Button>
      </div>
    </form>
  )
}
