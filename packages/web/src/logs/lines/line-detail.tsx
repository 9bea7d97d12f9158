import { Button, CopyButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { IconCopy, IconLink, IconListDetails } from '@tabler/icons-react'
import { UNNAMED_SYSTEM, around } from '../link.ts'
import { inertText } from './inert-text.ts'
import type { LineDeeds } from './line-deeds.ts'
import { objectIn } from './line-fields.ts'
import { exactTime } from './line-time.ts'
import { type LogLine, valueOf } from './line.ts'
import { ValueList, ValueTree } from './value-tree.tsx'

/** Everything about one line, and where to go from it. */
export function LineDetail(props: {
  readonly line: LogLine
  readonly deeds: LineDeeds
}): React.JSX.Element {
  const { line, deeds } = props
  const object = objectIn(line.text)
  const { detected_level: _, ...metadata } = line.metadata
  // Fields of a line that is no JSON are not listed, so what a parser made of them is.
  const own = object === undefined ? [] : line.fields.map(({ name }) => name)
  const known = new Set([...own, ...Object.keys(line.metadata)])
  const parsed = Object.entries(line.parsed).filter(([name]) => !known.has(name))
  return (
    <div className="log-detail">
      <div className="log-detail-tools">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconListDetails size={14} aria-hidden />}
          onClick={() => deeds.context(line)}
        >
          Lines around it
        </Button>
        <Copy title="Copy line" value={line.text} />
        <Copy title="Copy link" value={deeds.linkOf(line)} isLink />
        <ThatMoment line={line} />
        <span className="muted mono log-exact">{exactTime(line.timeNs)}</span>
      </div>
      {object === undefined ? (
        <pre className="log-raw" tabIndex={0}>
          {inertText(line.text)}
        </pre>
      ) : null}
      <div className="log-parts">
        {object === undefined ? null : (
          <Part title="Line">
            <ValueTree object={object} deeds={deeds} />
          </Part>
        )}
        <div>
          <Part title="Stream">
            <ValueList values={line.labels} place="stream" deeds={deeds} />
          </Part>
          {Object.keys(metadata).length === 0 ? null : (
            <Part title="Sent beside the line">
              <ValueList values={metadata} place="line" deeds={deeds} />
            </Part>
          )}
          {parsed.length === 0 ? null : (
            <Part title="Made by the query">
              <ValueList values={Object.fromEntries(parsed)} place="line" deeds={deeds} />
            </Part>
          )}
        </div>
      </div>
    </div>
  )
}

function Part(props: {
  readonly title: string
  readonly children: React.ReactNode
}): React.JSX.Element {
  return (
    <section className="log-part">
      <h2>{props.title}</h2>
      {props.children}
    </section>
  )
}

function Copy(props: {
  readonly title: string
  readonly value: string
  readonly isLink?: boolean
}): React.JSX.Element {
  const Icon = props.isLink === true ? IconLink : IconCopy
  return (
    <CopyButton value={props.value}>
      {({ copied, copy }) => (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon size={14} aria-hidden />}
          onClick={copy}
        >
          {copied ? 'Copied' : props.title}
        </Button>
      )}
    </CopyButton>
  )
}

/** The figures and alerts of the moment at which the line was written, where it says of which pipeline it is. */
function ThatMoment({ line }: { readonly line: LogLine }): React.JSX.Element | null {
  const system = valueOf(line, 'system') ?? UNNAMED_SYSTEM
  const pipeline = valueOf(line, 'pipeline')
  const span = around(line.timeMs, undefined)
  const own = pipeline === undefined ? '' : `, pipeline=${JSON.stringify(pipeline)}`
  return (
    <>
      {pipeline === undefined ? null : (
        <Link to="/explore" search={{ expr: `{__name__=~"weir_stage_.+"${own}}`, ...span }}>
          Metrics then
        </Link>
      )}
      <Link to="/explore" search={{ expr: `ALERTS{alertstate="firing"${own}}`, ...span }}>
        Alerts then
      </Link>
      {pipeline === undefined ? null : (
        <Link to="/pipelines/$system/$pipeline" params={{ system, pipeline }}>
          Pipeline
        </Link>
      )}
    </>
  )
}
