import type { Health } from '@weir/packs'
import { HealthMark } from '../frame/health-mark.tsx'
import { whole } from '../format/number.ts'
import { HEALTH_ORDER } from './filter.ts'

/** How many there are of each health; a press shows only those. */
export function HealthCounts(props: {
  readonly counts: Readonly<Record<Health, number>>
  readonly chosen: Health | undefined
  readonly onChoose: (health: Health | undefined) => void
  readonly total: number
}): React.JSX.Element {
  const { counts, chosen, onChoose, total } = props
  return (
    <div>
      <div className="counts" role="group" aria-label="Filter by health">
        {HEALTH_ORDER.map((health) => (
          <button
            key={health}
            type="button"
            className="count"
            data-zero={counts[health] === 0 ? '' : undefined}
            aria-pressed={chosen === health}
            onClick={() => onChoose(chosen === health ? undefined : health)}
          >
            <b>{whole(counts[health])}</b>
            <HealthMark health={health} />
          </button>
        ))}
      </div>
      <div className="level" aria-hidden style={{ marginTop: 10 }}>
        {HEALTH_ORDER.filter((health) => counts[health] > 0).map((health) => (
          <i
            key={health}
            style={{
              width: `${(counts[health] / total) * 100}%`,
              background: `var(--bar-${health})`,
            }}
          />
        ))}
      </div>
    </div>
  )
}
