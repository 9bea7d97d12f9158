import { type Panel, type Target, newTarget, withElement, withOrder } from '@weir/boards'
import { ActionIcon, Button, Select, Skeleton, Switch, TextInput } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconEye,
  IconEyeOff,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react'
import { Suspense, lazy, useEffect, useEffectEvent, useState } from 'react'
import type { ChangePanel } from './panel-editor.tsx'

const PromqlEditor = lazy(async () => ({
  default: (await import('../../explore/editor.tsx')).Editor,
}))
const LogqlEditor = lazy(async () => ({
  default: (await import('../../logs/editor/logql-editor.tsx')).LogqlEditor,
}))

/** What a panel asks, query by query. */
export function QueriesEditor(props: {
  readonly panel: Panel
  readonly change: ChangePanel
}): React.JSX.Element {
  const { panel, change } = props
  const set = (
    make: (targets: readonly Target[]) => readonly Target[],
    label: string,
    key = '',
  ): void => change((before) => ({ ...before, targets: make(before.targets) }), label, key)
  return (
    <div className="queries">
      {panel.targets.map((target, i) => (
        <TargetEditor
          key={target.refId}
          target={target}
          place={{ index: i, count: panel.targets.length }}
          onChange={(next, label, key) =>
            set((targets) => withElement(targets, i, next), label, `${target.refId} ${key}`)
          }
          onMove={(to) => set((targets) => withOrder(targets, i, to), 'order of queries')}
          onCopy={() =>
            set(
              (targets) => [...targets, { ...target, refId: newTarget(targets).refId }],
              'copy of a query',
            )
          }
          onRemove={() =>
            set((targets) => targets.filter((_target, other) => other !== i), 'remove a query')
          }
        />
      ))}
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlus size={14} />}
        onClick={() =>
          set(
            (targets) => [
              ...targets,
              newTarget(targets, panel.type === 'logs' ? 'logql' : 'promql'),
            ],
            'another query',
          )
        }
      >
        Add a query
      </Button>
    </div>
  )
}

function TargetEditor(props: {
  readonly target: Target
  readonly place: { readonly index: number; readonly count: number }
  readonly onChange: (target: Target, label: string, key: string) => void
  readonly onMove: (to: number) => void
  readonly onCopy: () => void
  readonly onRemove: () => void
}): React.JSX.Element {
  const { target, place, onChange, onMove, onCopy, onRemove } = props
  const { refId, expr, language, hide = false } = target
  // Each key pressed would ask Weir anew: a query is taken when it is run, or left alone for a moment.
  const [text, setText] = useState(expr)
  const [taken, setTaken] = useState(expr)
  if (expr !== taken) {
    setTaken(expr)
    setText(expr)
  }
  const take = (next: string): void => {
    if (next !== expr) onChange({ ...target, expr: next }, 'query', 'expr')
  }
  useSettled(text, take)
  const set = (more: Readonly<Record<string, unknown>>, label: string): void => {
    const merged = Object.entries({ ...target, expr: text, ...more })
    const kept = Object.fromEntries(merged.filter(([, value]) => value !== undefined))
    onChange(kept as unknown as Target, label, label)
  }
  const Hide = hide ? IconEyeOff : IconEye
  return (
    <section className="query" aria-label={`Query ${refId}`} data-off={hide ? '' : undefined}>
      <header>
        <b>{refId}</b>
        <Select
          aria-label={`Language of query ${refId}`}
          size="xs"
          w={104}
          allowDeselect={false}
          data={[
            { value: 'promql', label: 'PromQL' },
            { value: 'logql', label: 'LogQL' },
          ]}
          value={language}
          onChange={(next) => {
            const type = next === 'logql' ? 'loki' : 'prometheus'
            const datasource = { type, uid: type }
            set({ language: next === 'logql' ? 'logql' : 'promql', datasource }, 'language')
          }}
        />
        <span className="edit-grow" />
        <Deed
          label={`${hide ? 'Ask' : 'Do not ask'} query ${refId}`}
          Icon={Hide}
          onClick={() => set({ hide: hide ? undefined : true }, 'hide')}
        />
        <Deed
          label={`Query ${refId} up`}
          Icon={IconArrowUp}
          isOff={place.index === 0}
          onClick={() => onMove(place.index - 1)}
        />
        <Deed
          label={`Query ${refId} down`}
          Icon={IconArrowDown}
          isOff={place.index === place.count - 1}
          onClick={() => onMove(place.index + 1)}
        />
        <Deed label={`Copy query ${refId}`} Icon={IconCopy} onClick={onCopy} />
        <Deed label={`Remove query ${refId}`} Icon={IconTrash} onClick={onRemove} />
      </header>
      <Suspense fallback={<Skeleton height={38} />}>
        {language === 'logql' ? (
          <LogqlEditor
            value={text}
            range={{ from: 'now-1h', to: 'now' }}
            onChange={setText}
            onRun={take}
          />
        ) : (
          <PromqlEditor value={text} onChange={setText} onRun={take} />
        )}
      </Suspense>
      <div className="query-more">
        <TextInput
          label="Legend"
          size="xs"
          placeholder="{{job}}"
          value={target.legendFormat ?? ''}
          onChange={(event) => set({ legendFormat: event.currentTarget.value }, 'legend')}
        />
        <TextInput
          label="Smallest step"
          size="xs"
          placeholder="auto"
          value={target.interval ?? ''}
          onChange={(event) => set({ interval: event.currentTarget.value || undefined }, 'step')}
        />
        <Select
          label="Asks for"
          size="xs"
          allowDeselect={false}
          data={[
            { value: 'range', label: 'The whole time' },
            { value: 'instant', label: 'The last moment' },
            { value: 'both', label: 'Both' },
          ]}
          value={spanOf(target)}
          onChange={(span) => set({ instant: span !== 'range', range: span !== 'instant' }, 'span')}
        />
        <Select
          label="As"
          size="xs"
          allowDeselect={false}
          data={[
            { value: 'time_series', label: 'Series' },
            { value: 'table', label: 'Table' },
            { value: 'heatmap', label: 'Buckets' },
          ]}
          value={target.format ?? 'time_series'}
          onChange={(format) => set({ format }, 'format')}
        />
        <Switch
          label="Exemplars"
          size="xs"
          checked={target.exemplar === true}
          onChange={(event) => set({ exemplar: event.currentTarget.checked }, 'exemplars')}
        />
      </div>
    </section>
  )
}

function spanOf({ instant = false, range }: Target): 'range' | 'instant' | 'both' {
  if (!instant) return 'range'
  return range === true ? 'both' : 'instant'
}

const SETTLE_MS = 700

/** Takes a text once it has not changed for a moment. */
function useSettled(text: string, take: (text: string) => void): void {
  const settled = useEffectEvent(take)
  useEffect(() => {
    const timer = setTimeout(() => settled(text), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [text])
}

function Deed(props: {
  readonly label: string
  readonly Icon: typeof IconCopy
  readonly isOff?: boolean
  readonly onClick: () => void
}): React.JSX.Element {
  const { label, Icon, isOff = false, onClick } = props
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={26}
      aria-label={label}
      title={label}
      disabled={isOff}
      onClick={onClick}
    >
      <Icon size={15} />
    </ActionIcon>
  )
}
