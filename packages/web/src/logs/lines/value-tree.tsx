import { ActionIcon, CopyButton } from '@mantine/core'
import {
  IconCheck,
  IconCircleMinus,
  IconCirclePlus,
  IconColumns3,
  IconCopy,
  IconSum,
} from '@tabler/icons-react'
import type { Field } from '../query/edit.ts'
import { inertText } from './inert-text.ts'
import type { LineDeeds } from './line-deeds.ts'
import { type JsonObject, fieldName, isObject } from './line-fields.ts'

type Deeds = Pick<LineDeeds, 'only' | 'not' | 'count' | 'column'>

/** Values under their names, each with what can be done about it. */
export function ValueList(props: {
  readonly values: Readonly<Record<string, string>>
  readonly place: Field['place']
  readonly deeds: Deeds
}): React.JSX.Element {
  return (
    <dl className="log-values">
      {Object.entries(props.values).map(([name, value]) => (
        <ValueRow
          key={name}
          label={name}
          field={{ name, place: props.place }}
          value={value}
          deeds={props.deeds}
        />
      ))}
    </dl>
  )
}

/** A JSON object as it is nested. Lists and nulls are shown, but LogQL knows no name for them. */
export function ValueTree(props: {
  readonly object: JsonObject
  readonly path?: readonly string[]
  readonly deeds: Deeds
}): React.JSX.Element {
  const { object, path = [], deeds } = props
  return (
    <dl className="log-values">
      {Object.entries(object).map(([key, value]) => {
        const at = [...path, key]
        if (isObject(value)) {
          return at.length > TREE_DEPTH_MAX ? (
            <ValueRow key={key} label={key} value={JSON.stringify(value)} deeds={deeds} />
          ) : (
            <div key={key} className="log-branch">
              <dt>{inertText(key)}</dt>
              <dd>
                <ValueTree object={value} path={at} deeds={deeds} />
              </dd>
            </div>
          )
        }
        return typeof value === 'object' ? (
          <ValueRow key={key} label={key} value={JSON.stringify(value)} deeds={deeds} />
        ) : (
          <ValueRow
            key={key}
            label={key}
            field={{ name: fieldName(at), place: 'line' }}
            value={String(value)}
            deeds={deeds}
          />
        )
      })}
    </dl>
  )
}

/** Deeper objects are shown as one text: they would leave no room. */
const TREE_DEPTH_MAX = 6

function ValueRow(props: {
  readonly label: string
  /** Undefined where nothing can be asked about it. */
  readonly field?: Field
  readonly value: string
  readonly deeds: Deeds
}): React.JSX.Element {
  const { label, field, value, deeds } = props
  return (
    <div className="log-value">
      <dt title={field?.name}>{inertText(label)}</dt>
      <dd>
        <span className="log-value-text">{inertText(value)}</span>
        <span className="log-value-deeds">
          {field === undefined ? null : (
            <>
              <Deed
                title={`Only ${field.name} = ${value}`}
                Icon={IconCirclePlus}
                onClick={() => deeds.only(field, value)}
              />
              <Deed
                title={`Not ${field.name} = ${value}`}
                Icon={IconCircleMinus}
                onClick={() => deeds.not(field, value)}
              />
              <Deed
                title={`Count by ${field.name}`}
                Icon={IconSum}
                onClick={() => deeds.count(field)}
              />
              <Deed
                title={`${field.name} as a column`}
                Icon={IconColumns3}
                onClick={() => deeds.column(field.name)}
              />
            </>
          )}
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <Deed
                title={copied ? 'Copied' : `Copy ${label}`}
                Icon={copied ? IconCheck : IconCopy}
                onClick={copy}
              />
            )}
          </CopyButton>
        </span>
      </dd>
    </div>
  )
}

const TITLE_MAX = 80

function Deed(props: {
  readonly title: string
  readonly Icon: typeof IconCheck
  readonly onClick: () => void
}): React.JSX.Element {
  const { Icon, onClick } = props
  const text = inertText(props.title)
  const title = text.length > TITLE_MAX ? `${text.slice(0, TITLE_MAX)}…` : text
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={22}
      title={title}
      aria-label={title}
      onClick={onClick}
    >
      <Icon size={14} stroke={1.7} />
    </ActionIcon>
  )
}
