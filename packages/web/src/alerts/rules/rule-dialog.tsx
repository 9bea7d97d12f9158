import { Button, Collapse, Modal, NativeSelect, Skeleton, TextInput, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type RuleDraft,
  type RulePreview,
  type RuleRow,
  putRule,
  rulePreviewQuery,
} from '../../api/rules.ts'
import { useDeed } from '../../access/use-deed.ts'
import { Editor } from '../../explore/editor.tsx'
import { compact, counted, whole } from '../../format/number.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { useAuthor } from '../author.ts'
import { Signature } from './deed-dialog.tsx'
import { EMPTY_FORM, LEVELS, type RuleForm, draftOf, formOf, newId } from './rule-form.ts'

/** Makes a rule, changes one that is kept here, or puts one in the place of a file's. */
export function RuleDialog(props: {
  /** Undefined for a new one. */
  readonly row: RuleRow | undefined
  readonly takenIds: ReadonlySet<string>
  readonly onClose: () => void
}): React.JSX.Element {
  const { row, takenIds, onClose } = props
  const client = useQueryClient()
  const isOwn = row?.origin === 'page'
  const [form, setForm] = useState<RuleForm>(() => (row === undefined ? EMPTY_FORM : formOf(row)))
  const [author, setAuthor, isKnown] = useAuthor()
  const [reason, setReason] = useState('')
  const draft = draftOf(form, isOwn ? (row.replaces ?? undefined) : row?.id)
  const [settled] = useDebouncedValue(draft, 500)
  const set = (change: Partial<RuleForm>): void => setForm((before) => ({ ...before, ...change }))
  const save = useDeed(putRule, {
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['rules'] })
      onClose()
    },
  })
  const isDeadman = form.rest.deadman !== undefined
  const isComplete =
    form.name.trim() !== '' && author.trim() !== '' && (isDeadman || form.expr.trim() !== '')
  return (
    <Modal.Root opened onClose={onClose} size="xl" centered>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <form
            className="stack"
            style={{ gap: 12 }}
            onSubmit={(event) => {
              event.preventDefault()
              save.mutate({
                id: isOwn ? row.id : newId(form.name, takenIds),
                draft: { ...draft, author, reason },
              })
            }}
          >
            <Modal.Title fw={600}>
              {row === undefined ? 'New rule' : isOwn ? 'Change rule' : 'Put a rule in its place'}
            </Modal.Title>
            {row === undefined || isOwn ? null : (
              <div className="note" data-tone="quiet">
                {row.origin === 'pack' ? 'The pack' : row.file} keeps its rule; it is off as long as
                yours stands in for it.
              </div>
            )}
            <div style={{ display: 'flex', gap: 10, flexWrap: 'wrap' }}>
              <Field
                label="Name"
                value={form.name}
                onChange={(name) => set({ name })}
                grow={3}
                required
              />
              <Field
                label="For"
                value={form.forText}
                onChange={(forText) => set({ forText })}
                hint="at once"
              />
            </div>
            {isDeadman ? (
              <div className="mono muted">deadman: {JSON.stringify(form.rest.deadman)}</div>
            ) : (
              <Editor
                value={form.expr}
                onChange={(expr) => set({ expr })}
                onRun={() => void client.invalidateQueries({ queryKey: ['rule-preview'] })}
              />
            )}
            <Preview draft={settled} isEmpty={!isDeadman && form.expr.trim() === ''} />
            <div style={{ display: 'flex', gap: 10, flexWrap: 'wrap' }}>
              <Lines label="Labels" value={form.labels} onChange={(labels) => set({ labels })} />
              <Lines
                label="Annotations"
                value={form.annotations}
                onChange={(annotations) => set({ annotations })}
              />
            </div>
            <More form={form} set={set} />
            <Signature {...{ author, isKnown, reason }} onAuthor={setAuthor} onReason={setReason} />
            {save.error === null ? null : <FailureNote error={save.error} />}
            <div style={{ display: 'flex', gap: 10, justifyContent: 'flex-end' }}>
              <Button variant="default" onClick={onClose}>
                Not now
              </Button>
              <Button type="submit" disabled={!isComplete} loading={save.isPending}>
                Save
              </Button>
            </div>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function Field(props: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly grow?: number
  readonly hint?: string
  readonly required?: boolean
}): React.JSX.Element {
  return (
    <TextInput
      label={props.label}
      value={props.value}
      placeholder={props.hint ?? ''}
      required={props.required === true}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      style={{ flex: `${props.grow ?? 1} 1 120px` }}
    />
  )
}

function Lines(props: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}): React.JSX.Element {
  return (
    <Textarea
      label={`${props.label}, a line each`}
      autosize
      minRows={2}
      maxRows={8}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      styles={{ input: { fontFamily: "'IBM Plex Mono', monospace", fontSize: 12.5 } }}
      style={{ flex: '1 1 260px' }}
    />
  )
}

/** What few rules need: levels, the way back, no data, where it is evaluated. */
function More(props: {
  readonly form: RuleForm
  readonly set: (change: Partial<RuleForm>) => void
}): React.JSX.Element {
  const { form, set } = props
  const isUsed =
    form.reset + form.noData + form.noDataFor + form.keepFiringFor !== '' ||
    LEVELS.some((name) => form.levels[name].when !== '')
  const [isOpen, setOpen] = useState(isUsed)
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        ml={-8}
      >
        {isOpen ? 'Less' : 'Levels, no data, group'}
      </Button>
      <Collapse expanded={isOpen}>
        <div className="stack" style={{ gap: 10, paddingTop: 8 }}>
          {LEVELS.map((name) => (
            <div key={name} style={{ display: 'flex', gap: 10 }}>
              <Field
                label={`${name[0]!.toUpperCase()}${name.slice(1)} when`}
                hint="> 100"
                value={form.levels[name].when}
                onChange={(when) =>
                  set({ levels: { ...form.levels, [name]: { ...form.levels[name], when } } })
                }
              />
              <Field
                label="until"
                hint="< 50"
                value={form.levels[name].reset}
                onChange={(reset) =>
                  set({ levels: { ...form.levels, [name]: { ...form.levels[name], reset } } })
                }
              />
            </div>
          ))}
          <div style={{ display: 'flex', gap: 10, flexWrap: 'wrap' }}>
            <Field
              label="Without levels: fires until"
              hint="< 50"
              value={form.reset}
              onChange={(reset) => set({ reset })}
            />
            <Field
              label="Keep firing for"
              hint="0s"
              value={form.keepFiringFor}
              onChange={(keepFiringFor) => set({ keepFiringFor })}
            />
          </div>
          <div style={{ display: 'flex', gap: 10, flexWrap: 'wrap' }}>
            <NativeSelect
              label="Without data"
              value={form.noData}
              onChange={(event) => set({ noData: event.currentTarget.value })}
              data={[
                { value: '', label: 'As weir.yml says' },
                { value: 'keep', label: 'Keep what fires, marked' },
                { value: 'alert', label: 'Alert' },
                { value: 'resolve', label: 'End, as Prometheus does' },
              ]}
              style={{ flex: '1 1 160px' }}
            />
            <Field
              label="for at most"
              hint="12h"
              value={form.noDataFor}
              onChange={(noDataFor) => set({ noDataFor })}
            />
            <Field label="Group" value={form.group} onChange={(group) => set({ group })} required />
            <Field
              label="Evaluated every"
              hint="1m"
              value={form.interval}
              onChange={(interval) => set({ interval })}
            />
          </div>
        </div>
      </Collapse>
    </div>
  )
}

const SHOWN_MAX = 5

/** What the rule would do at this moment. */
function Preview(props: {
  readonly draft: RuleDraft
  readonly isEmpty: boolean
}): React.JSX.Element {
  const { draft, isEmpty } = props
  // Whoever is still looking for a name wants to see what the expression gives.
  const { alert } = draft.rule
  const rule = { ...draft.rule, alert: alert === undefined || alert === '' ? 'Preview' : alert }
  const { data, error } = useQuery({
    ...rulePreviewQuery({ ...draft, rule }),
    enabled: !isEmpty,
    placeholderData: keepPreviousData,
  })
  if (isEmpty) return <div className="muted">What it would fire now shows here.</div>
  if (error !== null) return <FailureNote error={error} />
  if (data === undefined) return <Skeleton height={38} />
  if (data.problems.length > 0) {
    return (
      <div className="note" data-tone="error" style={{ overflowWrap: 'anywhere' }}>
        {data.problems.map(({ path, what }) => (
          <div key={path + what}>
            {path === '' || path === 'expr' ? null : <b>{path}: </b>}
            {what}
          </div>
        ))}
      </div>
    )
  }
  return <WouldFire preview={data} />
}

function WouldFire({ preview }: { readonly preview: RulePreview }): React.JSX.Element {
  const { count, elements, watchedCount } = preview
  const among = watchedCount === null ? '' : ` of ${whole(watchedCount)} with data`
  return (
    <div className="note" data-tone={count === 0 ? 'quiet' : undefined} aria-live="polite">
      {count === 0
        ? watchedCount === 0
          ? 'Would fire for nothing now, and nothing has data.'
          : `Would fire for nothing now${among === '' ? '' : `: 0${among}`}.`
        : `Would fire now for ${among === '' ? counted(count, 'alert') : `${whole(count)}${among}`}.`}
      {elements.slice(0, SHOWN_MAX).map(({ labels, annotations, value }) => (
        <div key={JSON.stringify(labels)} style={{ marginTop: 6 }}>
          <span className="tag">value {compact(Number(value))}</span>
          {Object.entries(labels)
            .filter(([name]) => name !== 'alertname')
            .map(([name, text]) => (
              <span className="tag" key={name}>
                {name}={text}
              </span>
            ))}
          {annotations['summary'] === undefined ? null : <div>{annotations['summary']}</div>}
        </div>
      ))}
      {count > SHOWN_MAX ? (
        <div style={{ marginTop: 6 }}>and {whole(count - SHOWN_MAX)} more</div>
      ) : null}
    </div>
  )
}
