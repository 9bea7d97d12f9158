import type { PipelineSummary } from '@weir/packs'
import { ActionIcon, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconLink } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useFavourites } from '../overview/favourites.ts'
import { pipelineKey } from '../overview/filter.ts'
import { Star } from '../overview/star.tsx'
import { safeLink } from '../frame/safe-link.ts'

/** Whose page this is: its name, its star, what people say of it, a link to share. */
export function PipelineHead(props: {
  readonly system: string
  readonly pipeline: string
  readonly summary: PipelineSummary | undefined
  readonly children: React.ReactNode
}): React.JSX.Element {
  const { system, pipeline, summary } = props
  const { favourites, toggle } = useFavourites()
  const key = pipelineKey({ system, pipeline })
  const notes = summary?.notes
  const title = notes?.title || pipeline
  return (
    <div className="page-head pipeline-head">
      <div className="grow">
        <div className="muted" style={{ fontSize: 13 }}>
          <Link to="/">Pipelines</Link> /{' '}
          <Link to="/" search={{ system }}>
            {system}
          </Link>
          {notes === undefined || notes.team === '' ? null : (
            <>
              {' '}
              · team{' '}
              <Link to="/" search={{ team: notes.team }}>
                {notes.team}
              </Link>
            </>
          )}
        </div>
        <div style={{ display: 'flex', gap: 8, alignItems: 'center', minWidth: 0 }}>
          <h1 style={{ overflowWrap: 'anywhere' }}>{title}</h1>
          <Star of={title} isOn={favourites.has(key)} onToggle={() => toggle(key)} />
          {title === pipeline ? null : <span className="muted mono">{pipeline}</span>}
          {notes?.isCritical === true ? (
            <span className="tag" style={{ flex: 'none', margin: 0 }}>
              critical
            </span>
          ) : null}
        </div>
        {notes === undefined ? null : <Notes notes={notes} />}
      </div>
      <div style={{ display: 'flex', gap: 6 }}>
        <CopyButton value={location.href}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? 'Copied' : 'Copy the link to this view'}>
              <ActionIcon variant="default" size={36} aria-label="Copy link" onClick={copy}>
                {copied ? <IconCheck size={16} /> : <IconLink size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
        {props.children}
      </div>
    </div>
  )
}

function Notes({ notes }: { readonly notes: PipelineSummary['notes'] }): React.JSX.Element | null {
  const { description, url, runbookUrl } = notes
  const links = [
    ['Runbook', safeLink(runbookUrl)],
    ['Where it is', safeLink(url)],
  ].filter(([, link]) => link !== undefined)
  if (description === '' && links.length === 0) return null
  return (
    <div className="pipeline-notes">
      {description === '' ? null : <span>{description}</span>}
      {links.map(([name, link]) => (
        <a key={name} href={link} target="_blank" rel="noreferrer">
          {name}
        </a>
      ))}
    </div>
  )
}
