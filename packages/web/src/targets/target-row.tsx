import { Link } from '@tanstack/react-router'
import {
  IconChevronDown,
  IconChevronRight,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
} from '@tabler/icons-react'
import { useState } from 'react'
import type { Target } from '../api/prometheus.ts'
import { figureText, whole } from '../format/number.ts'
import { safeLink } from '../frame/safe-link.ts'
import { agoText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { errorHint, shortError } from './error-hint.ts'
import { LabelTags } from './label-tags.tsx'
import { Relabelling } from './relabelling.tsx'
import { selectorOf } from './target-filter.ts'

const HEALTHS = {
  up: { word: 'Up', tone: 'healthy', Icon: IconCircleCheck },
  down: { word: 'Down', tone: 'failing', Icon: IconCircleX },
  unknown: { word: 'Not yet', tone: 'silent', Icon: IconCircleDashed },
} as const

/** One target; opened, it shows what it is made of. */
export function TargetRow(props: {
  readonly target: Target
  readonly samples: number | undefined
}): React.JSX.Element {
  const { target, samples } = props
  const [isOpen, setOpen] = useState(false)
  const { word, tone, Icon } = HEALTHS[target.health]
  const lastMs = Date.parse(target.lastScrape)
  const hint = errorHint(target.lastError)
  const { job: _, ...labels } = target.labels
  const Chevron = isOpen ? IconChevronDown : IconChevronRight
  return (
    <>
      <div className="target">
        <button
          type="button"
          className="target-open"
          aria-expanded={isOpen}
          aria-label={`${isOpen ? 'Close' : 'Open'} ${target.scrapeUrl}`}
          onClick={() => setOpen(!isOpen)}
        >
          <Chevron size={15} aria-hidden />
          <span className="health" data-health={tone}>
            <Icon size={15} aria-hidden />
            {word}
          </span>
        </button>
        <div className="target-url">
          <TargetLink url={target.scrapeUrl} />
          {target.lastError === '' ? null : (
            <div className="target-error">
              {shortError(target.lastError, target.scrapeUrl)}
              {hint === undefined ? null : <div className="muted">{hint}</div>}
            </div>
          )}
        </div>
        <LabelTags labels={labels} />
        <span className="num right">{lastMs > 0 ? agoText(lastMs, serverNow()) : 'never'}</span>
        <span className="num right">
          {lastMs > 0 ? figureText(target.lastScrapeDuration, 's') : ''}
        </span>
        <span className="num right">
          {samples === undefined ? null : (
            <>
              {whole(samples)}
              <span className="target-unit"> samples</span>
            </>
          )}
        </span>
      </div>
      {isOpen ? <Opened target={target} /> : null}
    </>
  )
}

function TargetLink({ url }: { readonly url: string }): React.JSX.Element {
  const href = safeLink(url)
  return href === undefined ? (
    <span className="mono">{url}</span>
  ) : (
    <a className="mono" href={href} target="_blank" rel="noreferrer">
      {url}
    </a>
  )
}

function Opened({ target }: { readonly target: Target }): React.JSX.Element {
  return (
    <div className="target-opened">
      <div className="target-links">
        <Link to="/explore" search={{ expr: selectorOf(target.labels, 'up') }}>
          up over time
        </Link>
        <Link to="/explore" search={{ expr: selectorOf(target.labels), tab: 'table' }}>
          All its series
        </Link>
        <span className="muted">
          every {target.scrapeInterval}, up to {target.scrapeTimeout}
        </span>
      </div>
      <Relabelling job={target.scrapePool} before={target.discoveredLabels} after={target.labels} />
    </div>
  )
}
