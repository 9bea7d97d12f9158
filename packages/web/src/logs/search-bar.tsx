import { CloseButton, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { IconSearch, IconX } from '@tabler/icons-react'
import type { TimeRange } from '../time/range.ts'
import { inertText } from './lines/inert-text.ts'
import { LEVELS } from './lines/line.ts'
import { labelValuesQuery } from './logs-queries.ts'
import { LEVEL, chosenValues, conditionsOf, withValues, withoutPart } from './query/edit.ts'
import { type Condition, type LogQuery, conditionText } from './query/log-query.ts'

/** Levels from the worst down to one, as people ask for them. */
const AT_LEAST = (['fatal', 'error', 'warn', 'info', 'debug'] as const).map((level) => ({
  value: level,
  label: level === 'fatal' ? 'Fatal' : `${level[0]!.toUpperCase()}${level.slice(1)} and worse`,
  levels: LEVELS.slice(0, LEVELS.indexOf(level) + 1),
}))

const PICKERS = [
  ['service_name', 'Service', 'All services'],
  ['pipeline', 'Pipeline', 'All pipelines'],
  ['stage', 'Stage', 'All stages'],
] as const

/** The search for those who know no LogQL: words, and where and how bad. */
export function SearchBar(props: {
  readonly query: LogQuery
  readonly words: string
  readonly range: TimeRange
  readonly onWords: (words: string) => void
  readonly onRun: (query: LogQuery) => void
}): React.JSX.Element {
  const { query, words, range, onWords, onRun } = props
  return (
    <div className="log-search">
      <TextInput
        data-search
        className="log-words"
        aria-label="Words to search for"
        placeholder={'Words in the line, "a phrase", -without this   /'}
        leftSection={<IconSearch size={15} aria-hidden />}
        rightSection={
          words === '' ? null : (
            <CloseButton
              size="sm"
              aria-label="Clear words"
              onClick={() => {
                onWords('')
                onRun({ ...query, words: '' })
              }}
            />
          )
        }
        value={words}
        onChange={(event) => onWords(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onRun({ ...query, words: words.trim() })
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      <LevelPicker query={query} onRun={onRun} />
      {PICKERS.map(([name, title, all]) => (
        <LabelPicker
          key={name}
          name={name}
          title={title}
          all={all}
          query={query}
          range={range}
          onRun={onRun}
        />
      ))}
    </div>
  )
}

function LevelPicker(props: {
  readonly query: LogQuery
  readonly onRun: (query: LogQuery) => void
}): React.JSX.Element {
  const { query, onRun } = props
  const chosen = chosenValues(query, LEVEL.name)
  const known = AT_LEAST.find(
    ({ levels }) =>
      levels.length === chosen.length && levels.every((level) => chosen.includes(level)),
  )
  return (
    <Select
      aria-label="Level"
      placeholder={chosen.length === 0 ? 'All levels' : chosen.join(', ')}
      data={AT_LEAST}
      value={known?.value ?? null}
      onChange={(value) => {
        const levels = AT_LEAST.find((each) => each.value === value)?.levels ?? []
        onRun(withValues(query, LEVEL, levels))
      }}
      clearable
      clearButtonProps={{ 'aria-label': 'All levels' }}
      w={178}
    />
  )
}

function LabelPicker(props: {
  readonly name: string
  readonly title: string
  readonly all: string
  readonly query: LogQuery
  readonly range: TimeRange
  readonly onRun: (query: LogQuery) => void
}): React.JSX.Element | null {
  const { name, title, all, query, range, onRun } = props
  const { data = [] } = useQuery(labelValuesQuery(name, range))
  const chosen = chosenValues(query, name)
  const values = [...new Set([...data, ...chosen])].toSorted()
  if (values.length === 0) return null
  return (
    <Select
      aria-label={title}
      placeholder={chosen.length === 0 ? all : `${chosen.length} chosen`}
      data={values.map((value) => ({ value, label: inertText(value) }))}
      value={chosen.length === 1 ? chosen[0]! : null}
      onChange={(value) =>
        onRun(withValues(query, { name, place: 'stream' }, value === null ? [] : [value]))
      }
      searchable
      clearable
      clearButtonProps={{ 'aria-label': all }}
      w={168}
    />
  )
}

/** What a query asks beside words, levels and what the pickers show; each can be taken away. */
export function QueryParts(props: {
  readonly query: LogQuery
  readonly onRun: (query: LogQuery) => void
}): React.JSX.Element | null {
  const { query, onRun } = props
  const parts = [
    ...query.matchers.map((condition) => ({ part: condition, text: conditionText(condition) })),
    ...query.stages.map((stage) => ({
      part: stage,
      text: stage.kind === 'other' ? stage.text : conditionText(stage.condition),
    })),
  ].filter(({ part }) => !isPicked(query, 'condition' in part ? part.condition : part))
  if (parts.length === 0) return null
  return (
    <div className="log-chips" role="group" aria-label="Also asked">
      {parts.map(({ part, text }, i) => (
        <span className="log-chip" key={`${i} ${text}`}>
          <code>{inertText(text)}</code>
          <button
            type="button"
            aria-label={`Without ${inertText(text)}`}
            onClick={() => onRun(withoutPart(query, part))}
          >
            <IconX size={12} />
          </button>
        </span>
      ))}
    </div>
  )
}

/** Whether a picker shows it: one value under a name of its own. */
function isPicked(query: LogQuery, part: Condition | { readonly kind: string }): boolean {
  if (!('operator' in part)) return false
  const isWanted = part.operator === '=' || part.operator === '=~'
  if (part.name === LEVEL.name && isWanted) return chosenValues(query, part.name).length > 0
  const hasPicker = PICKERS.some(([name]) => name === part.name)
  const sameName = conditionsOf(query).filter(({ name }) => name === part.name)
  return hasPicker && part.operator === '=' && sameName.length === 1
}
