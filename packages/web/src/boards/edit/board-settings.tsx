import {
  type Annotation,
  type Dashboard,
  type DashboardLink,
  type Variable,
  readDashboards,
  withElement,
  withOrder,
} from '@weir/boards'
import {
  ActionIcon,
  Button,
  Modal,
  Select,
  Switch,
  Tabs,
  TagsInput,
  TextInput,
  Textarea,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useSearch } from '@tanstack/react-router'
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { serverNow } from '../../time/server-clock.ts'
import { boardTime, zoneName } from '../page/board-time.ts'
import { useVariables } from '../page/use-variables.ts'
import type { Settled } from '../page/variables.ts'
import type { BoardEdit } from './board-edit.ts'
import { JsonField } from './json-field.tsx'
import { VariableForm, newVariable } from './variable-form.tsx'

/** All of a board that is no panel. */
export function BoardSettings(props: {
  readonly edit: BoardEdit
  readonly onClose: () => void
}): React.JSX.Element {
  const { edit, onClose } = props
  return (
    <Modal.Root opened onClose={onClose} size="xl">
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Header>
          <Modal.Title fw={600}>Settings of the dashboard</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Modal.Header>
        <Modal.Body>
          <Tabs defaultValue="general" keepMounted={false}>
            <Tabs.List>
              <Tabs.Tab value="general">General</Tabs.Tab>
              <Tabs.Tab value="variables">Variables</Tabs.Tab>
              <Tabs.Tab value="annotations">Annotations</Tabs.Tab>
              <Tabs.Tab value="links">Links</Tabs.Tab>
              <Tabs.Tab value="json">JSON</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="general" pt="md">
              <General edit={edit} />
            </Tabs.Panel>
            <Tabs.Panel value="variables" pt="md">
              <Variables edit={edit} />
            </Tabs.Panel>
            <Tabs.Panel value="annotations" pt="md">
              <Annotations edit={edit} />
            </Tabs.Panel>
            <Tabs.Panel value="links" pt="md">
              <Links edit={edit} />
            </Tabs.Panel>
            <Tabs.Panel value="json" pt="md">
              <WholeJson edit={edit} />
            </Tabs.Panel>
          </Tabs>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function General({ edit }: { readonly edit: BoardEdit }): React.JSX.Element {
  const { board } = edit
  const set = (more: Partial<Dashboard>, what: string): void =>
    edit.change((before) => ({ ...before, ...more }), what, `board ${what}`)
  return (
    <div className="stack">
      <TextInput
        label="Title"
        value={board.title}
        onChange={(event) => set({ title: event.currentTarget.value }, 'title')}
      />
      <Textarea
        label="Description"
        autosize
        value={board.description ?? ''}
        onChange={(event) => set({ description: event.currentTarget.value }, 'description')}
      />
      <TagsInput label="Tags" value={[...board.tags]} onChange={(tags) => set({ tags }, 'tags')} />
      <div className="edit-three">
        <TextInput
          label="Time from"
          value={board.time.from}
          onChange={(event) =>
            set({ time: { ...board.time, from: event.currentTarget.value } }, 'time')
          }
        />
        <TextInput
          label="to"
          value={board.time.to}
          onChange={(event) =>
            set({ time: { ...board.time, to: event.currentTarget.value } }, 'time')
          }
        />
        <TextInput
          label="Refreshed each"
          placeholder="never"
          value={board.refresh}
          onChange={(event) => set({ refresh: event.currentTarget.value }, 'refresh')}
        />
      </div>
      <div className="edit-three">
        <TextInput
          label="Time zone"
          placeholder="browser, utc, Europe/Berlin"
          value={board.timezone}
          onChange={(event) => set({ timezone: event.currentTarget.value }, 'time zone')}
        />
        <Select
          label="Crosshair"
          allowDeselect={false}
          data={[
            { value: '0', label: 'Each panel for itself' },
            { value: '1', label: 'Shared' },
            { value: '2', label: 'Shared, with values' },
          ]}
          value={String(board.graphTooltip)}
          onChange={(next) => set({ graphTooltip: Number(next ?? 0) as 0 | 1 | 2 }, 'crosshair')}
        />
      </div>
    </div>
  )
}

/** A list whose elements are ordered, taken away and added; which one is open is the reader's. */
function EditList<T>(props: {
  readonly list: readonly T[]
  readonly nameOf: (element: T) => string
  readonly addLabel: string
  readonly make: () => T
  readonly onChange: (list: readonly T[], key?: string) => void
  readonly renderForm: (element: T, change: (next: T) => void) => React.ReactNode
}): React.JSX.Element {
  const { list, nameOf, addLabel, make, onChange, renderForm } = props
  const [open, setOpen] = useState<number | undefined>(undefined)
  return (
    <div className="stack" style={{ gap: 8 }}>
      {list.map((element, i) => (
        <section key={i} className="query" aria-label={nameOf(element)}>
          <header>
            <button
              type="button"
              className="link-button"
              aria-expanded={open === i}
              onClick={() => setOpen(open === i ? undefined : i)}
            >
              {nameOf(element)}
            </button>
            <span className="edit-grow" />
            <Small
              label={`${nameOf(element)} up`}
              isOff={i === 0}
              onClick={() => {
                setOpen(undefined)
                onChange(withOrder(list, i, i - 1))
              }}
            >
              <IconArrowUp size={15} />
            </Small>
            <Small
              label={`${nameOf(element)} down`}
              isOff={i === list.length - 1}
              onClick={() => {
                setOpen(undefined)
                onChange(withOrder(list, i, i + 1))
              }}
            >
              <IconArrowDown size={15} />
            </Small>
            <Small
              label={`Remove ${nameOf(element)}`}
              onClick={() => {
                setOpen(undefined)
                onChange(list.filter((_element, other) => other !== i))
              }}
            >
              <IconTrash size={15} />
            </Small>
          </header>
          {open === i
            ? renderForm(element, (next) =>
                onChange(withElement(list, i, next), `${addLabel} ${i}`),
              )
            : null}
        </section>
      ))}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => {
            setOpen(list.length)
            onChange([...list, make()])
          }}
        >
          {addLabel}
        </Button>
      </div>
    </div>
  )
}

function Small(props: {
  readonly label: string
  readonly isOff?: boolean
  readonly onClick: () => void
  readonly children: React.ReactNode
}): React.JSX.Element {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={26}
      aria-label={props.label}
      disabled={props.isOff === true}
      onClick={props.onClick}
    >
      {props.children}
    </ActionIcon>
  )
}

function Variables({ edit }: { readonly edit: BoardEdit }): React.JSX.Element {
  const { list } = edit.board.templating
  const settled = useOptionsNow(edit.board)
  return (
    <EditList<Variable>
      list={list}
      nameOf={({ name, type }) => `$${name} (${type})`}
      addLabel="Add a variable"
      make={() => newVariable('query', nameFor(list))}
      onChange={(next, key) =>
        edit.change(
          (before) => ({ ...before, templating: { ...before.templating, list: next } }),
          'variables',
          key,
        )
      }
      renderForm={(variable, change) => (
        <VariableForm
          variable={variable}
          options={settled?.options.get(variable.name)}
          problem={
            list.filter(({ name }) => name === variable.name).length > 1
              ? `There are several variables of the name ${variable.name}`
              : settled?.problems.get(variable.name)
          }
          onChange={change}
        />
      )}
    />
  )
}

/** Whoever types is given this time before what was typed is asked for. */
const TYPED_MS = 400

/** The options that the variables have, as the board is now. */
function useOptionsNow(board: Dashboard): Settled | undefined {
  const search = useSearch({ from: '/dashboards/$uid' })
  const [asked] = useDebouncedValue(board, TYPED_MS)
  const [nowMs] = useState(() => serverNow())
  const timeZone = zoneName(search.tz ?? asked.timezone)
  const { from, to } = { ...asked.time, ...search }
  const time = useMemo(() => boardTime({ from, to }, nowMs, timeZone), [from, to, nowMs, timeZone])
  return useVariables(asked, search, time, timeZone)
}

function nameFor(list: readonly Variable[]): string {
  for (let number = 1; ; number++) {
    const name = `variable${number}`
    if (!list.some((one) => one.name === name)) return name
  }
}

function Annotations({ edit }: { readonly edit: BoardEdit }): React.JSX.Element {
  return (
    <EditList<Annotation>
      list={edit.board.annotations.list}
      nameOf={({ name }) => name}
      addLabel="Add an annotation"
      make={() => ({ name: 'Annotation', enable: true, expr: '', iconColor: 'blue' })}
      onChange={(next, key) =>
        edit.change(
          (before) => ({ ...before, annotations: { ...before.annotations, list: next } }),
          'annotations',
          key,
        )
      }
      renderForm={(one, change) => (
        <div className="query-more">
          <TextInput
            label="Name"
            size="xs"
            value={one.name}
            onChange={(event) => change({ ...one, name: event.currentTarget.value })}
          />
          <TextInput
            label="PromQL: marks where it has a value"
            size="xs"
            value={one.expr ?? ''}
            onChange={(event) => change({ ...one, expr: event.currentTarget.value })}
          />
          <TextInput
            label="Title"
            size="xs"
            placeholder="{{version}}"
            value={one.titleFormat ?? ''}
            onChange={(event) => change({ ...one, titleFormat: event.currentTarget.value })}
          />
          <Switch
            label="On"
            size="xs"
            checked={one.enable}
            onChange={(event) => change({ ...one, enable: event.currentTarget.checked })}
          />
        </div>
      )}
    />
  )
}

function Links({ edit }: { readonly edit: BoardEdit }): React.JSX.Element {
  return (
    <EditList<DashboardLink>
      list={edit.board.links}
      nameOf={({ title }) => title || 'Link'}
      addLabel="Add a link"
      make={() => ({ title: 'Link', type: 'link', url: '' })}
      onChange={(links, key) => edit.change((before) => ({ ...before, links }), 'links', key)}
      renderForm={(link, change) => (
        <div className="query-more">
          <TextInput
            label="Title"
            size="xs"
            value={link.title}
            onChange={(event) => change({ ...link, title: event.currentTarget.value })}
          />
          <Select
            label="Leads to"
            size="xs"
            allowDeselect={false}
            data={[
              { value: 'link', label: 'An address' },
              { value: 'dashboards', label: 'Dashboards with tags' },
            ]}
            value={link.type}
            onChange={(type) =>
              change({ ...link, type: type === 'dashboards' ? 'dashboards' : 'link' })
            }
          />
          {link.type === 'link' ? (
            <TextInput
              label="Address"
              size="xs"
              value={link.url ?? ''}
              onChange={(event) => change({ ...link, url: event.currentTarget.value })}
            />
          ) : (
            <TagsInput
              label="Tags"
              size="xs"
              value={[...(link.tags ?? [])]}
              onChange={(tags) => change({ ...link, tags })}
            />
          )}
          <Switch
            label="Takes the time along"
            size="xs"
            checked={link.keepTime === true}
            onChange={(event) => change({ ...link, keepTime: event.currentTarget.checked })}
          />
          <Switch
            label="Takes variables along"
            size="xs"
            checked={link.includeVars === true}
            onChange={(event) => change({ ...link, includeVars: event.currentTarget.checked })}
          />
        </div>
      )}
    />
  )
}

/** The whole document: whatever no form has can be changed here. */
function WholeJson({ edit }: { readonly edit: BoardEdit }): React.JSX.Element {
  const [problem, setProblem] = useState('')
  return (
    <div className="stack">
      <JsonField
        label="The dashboard as Grafana's JSON"
        value={edit.board}
        rows={26}
        onChange={(value) => {
          try {
            const read = readDashboards(value).dashboards[0]!.dashboard
            setProblem('')
            edit.change((before) => ({ ...read, uid: before.uid }), 'JSON', 'board json')
          } catch (error) {
            setProblem((error as Error).message)
          }
        }}
      />
      {problem === '' ? null : (
        <div className="note" data-tone="error" role="alert">
          {problem}
        </div>
      )}
    </div>
  )
}
