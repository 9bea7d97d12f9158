import type { LoggerInstance, LoggerRow, LoggerService } from '@weir/packs'
import { Button } from '@mantine/core'
import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react'
import { useState } from 'react'
import { Offered } from '../access/offered.tsx'
import { setLevel } from '../api/loggers.ts'
import { counted, whole } from '../format/number.ts'
import { MoreButton } from '../frame/more-button.tsx'
import { agoText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import type { LevelWish } from './level-dialog.tsx'
import { LevelMark } from './level-mark.tsx'
import { levelsOf } from './logger-filter.ts'

/** So many loggers of a service are shown at first. */
const ROWS = 40

/** One service: its processes, and its loggers with their levels. */
export function ServiceSheet(props: {
  readonly service: LoggerService
  readonly onChange: (wish: LevelWish) => void
}): React.JSX.Element {
  const { service, instances, loggers } = props.service
  const { onChange } = props
  const [rows, setRows] = useState(ROWS)
  const there = instances.filter(({ state }) => state !== 'gone')
  const unlisted = instances.reduce((sum, { unlistedCount }) => sum + unlistedCount, 0)
  return (
    <section className="sheet" aria-label={service}>
      <div className="sheet-head">
        <h2 className="logger-name">{service}</h2>
        <span className="muted">
          {counted(loggers.length, 'logger')}
          {unlisted === 0 ? '' : `, ${whole(unlisted)} more are not listed`}
        </span>
        <span className="spacer" />
        <Offered to={setLevel}>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onChange({ service, logger: '*' })}
          >
            Change all
          </Button>
        </Offered>
      </div>
      <Processes instances={instances} />
      {loggers.slice(0, rows).map((logger) => (
        <Row
          key={logger.name}
          logger={logger}
          isAlone={there.length <= 1}
          onChange={() => onChange({ service, logger: logger.name })}
        />
      ))}
      {rows >= loggers.length ? null : (
        <div className="sheet-body">
          <MoreButton
            left={loggers.length - rows}
            step={ROWS * 5}
            onMore={() => setRows(rows + ROWS * 5)}
          />
        </div>
      )}
    </section>
  )
}

function Row(props: {
  readonly logger: LoggerRow
  /** Of one process nothing needs to be counted. */
  readonly isAlone: boolean
  readonly onChange: () => void
}): React.JSX.Element {
  const { logger, isAlone, onChange } = props
  const { name, overrides } = logger
  return (
    <div className="logger">
      <span className="mono logger-name">{name}</span>
      <span className="logger-levels">
        {overrides.length === 0 ? null : (
          <span className="tag" data-mark>
            changed
          </span>
        )}
        {levelsOf(logger).map(({ level, count }) => (
          <LevelMark key={level} level={level} {...(isAlone ? {} : { count })} />
        ))}
      </span>
      <Offered to={setLevel}>
        <button
          type="button"
          className="link-button logger-change"
          aria-label={`Change ${name}`}
          onClick={onChange}
        >
          Change
        </button>
      </Offered>
    </div>
  )
}

/** So many processes are listed. */
const PROCESSES = 100
const ORDER = ['failing', 'gone', 'connected'] as const

/** Hosts and versions in a line; opened, process by process. What is wrong shows anyway. */
function Processes(props: { readonly instances: readonly LoggerInstance[] }): React.JSX.Element {
  const { instances } = props
  const versions = [...new Set(instances.map(({ version }) => version))].filter(Boolean)
  const hosts = [...new Set(instances.map(({ host }) => host))]
  const failing = instances.filter(({ state }) => state === 'failing')
  // The odd ones first: there may be hundreds.
  const shown = ORDER.flatMap((state) => instances.filter((one) => one.state === state)).slice(
    0,
    PROCESSES,
  )
  const goneCount = instances.filter(({ state }) => state === 'gone').length
  return (
    <div className="discoverers">
      <details>
        <summary>
          {counted(instances.length, 'process', 'processes')} on{' '}
          {hosts.length === 1 ? hosts[0] : `${whole(hosts.length)} hosts`}
          {versions.length === 0 ? '' : ` · ${versions.slice(0, 3).join(', ')}`}
          {goneCount === 0 ? null : (
            <span className="health logger-gone" data-health="silent">
              <IconPlugConnectedX size={14} aria-hidden />
              {whole(goneCount)} gone
            </span>
          )}
        </summary>
        <div className="scroll">
          <table className="plain">
            <tbody>
              {shown.map((one) => (
                <Process key={one.instance} one={one} />
              ))}
            </tbody>
          </table>
        </div>
        {instances.length === shown.length ? null : (
          <div className="muted">and {whole(instances.length - shown.length)} more</div>
        )}
      </details>
      {failing.map(({ instance, error }) => (
        <span className="target-error" key={instance}>
          <IconAlertTriangle size={14} aria-hidden /> {instance}: {error}
        </span>
      ))}
    </div>
  )
}

const STATES = {
  connected: ['healthy', 'Connected'],
  failing: ['failing', 'Failing'],
  gone: ['silent', 'Gone'],
} as const

function Process({ one }: { readonly one: LoggerInstance }): React.JSX.Element {
  const { host, pid, version, language, instance, state, seenMs, loggerCount } = one
  const [tone, word] = STATES[state]
  return (
    <tr>
      <td>
        <span className="health" data-health={tone}>
          {word}
        </span>
      </td>
      <td className="long">
        {host}
        {pid === null ? '' : ` · pid ${pid}`}
        <div className="muted mono">{instance}</div>
      </td>
      <td>{[version, language].filter(Boolean).join(' · ')}</td>
      <td className="right num">{counted(loggerCount, 'logger')}</td>
      <td className="right muted num">{agoText(seenMs, serverNow())}</td>
    </tr>
  )
}
