import { Button, SegmentedControl, Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { IconHistory, IconPlus } from '@tabler/icons-react'
import { Suspense, lazy, useState } from 'react'
import { Offered } from '../../access/offered.tsx'
import { useMay } from '../../access/use-may.ts'
import { rulesQuery } from '../../api/prometheus.ts'
import { type RuleDeed, type RuleRow, doToRule, putRule, ruleRowsQuery } from '../../api/rules.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { MoreButton } from '../../frame/more-button.tsx'
import { countStates, shownGroups } from '../rule-filter.ts'
import { ChangesDialog } from './changes-dialog.tsx'
import { DeedDialog } from './deed-dialog.tsx'
import { RuleGroupSheet } from './rule-group.tsx'
import { firstRules, isInForce, rowsOf } from './rule-lines.ts'
import { OffRules } from './off-rules.tsx'

/** Its PromQL editor is most of the page's weight: it comes when somebody writes a rule. */
const RuleDialog = lazy(async () => ({
  default: (await import('./rule-dialog.tsx')).RuleDialog,
}))

const STEP = 100

/** What a dialog is open for. */
type Open =
  | { readonly kind: 'edit'; readonly row: RuleRow | undefined }
  | { readonly kind: 'deed'; readonly row: RuleRow; readonly deed: RuleDeed }
  | { readonly kind: 'changes' }

/** Alerting rules with what fires; making, changing and switching them off. */
export function RulesTab(props: {
  readonly query: string
  readonly state: string | undefined
  readonly onChange: (change: { q?: string | undefined; state?: string | undefined }) => void
}): React.JSX.Element {
  const { data, error, refetch } = useQuery(rulesQuery)
  const { data: rows = [], error: rowsError } = useQuery(ruleRowsQuery)
  const [open, setOpen] = useState<Open>()
  const [count, setCount] = useState(STEP)
  const mayAct = useMay(doToRule)
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={240} />
    ) : (
      <FailureNote error={error} retry={() => void refetch()} />
    )
  }
  const counts = countStates(data)
  const rowOf = rowsOf(data, rows)
  const groups = shownGroups(data, props.query, props.state)
  const ruleCount = groups.reduce((sum, { rules }) => sum + rules.length, 0)
  const isFiltered = props.query !== '' || props.state !== undefined
  const close = (): void => setOpen(undefined)
  return (
    <div className="stack">
      <div className="filters">
        <div className="scroll">
          <SegmentedControl
            aria-label="State"
            value={props.state ?? 'all'}
            onChange={(state) => props.onChange({ state: state === 'all' ? undefined : state })}
            data={[
              { value: 'all', label: 'All' },
              { value: 'firing', label: `Firing ${counts.firing}` },
              { value: 'pending', label: `Pending ${counts.pending}` },
              { value: 'inactive', label: `Inactive ${counts.inactive}` },
            ]}
          />
        </div>
        <TextInput
          data-search
          aria-label="Search alerts"
          placeholder="Search name, label, summary   /"
          value={props.query}
          onChange={(event) => props.onChange({ q: event.currentTarget.value || undefined })}
          style={{ flex: '1 1 220px', maxWidth: 380 }}
        />
        <span className="spacer" />
        <Button
          variant="default"
          leftSection={<IconHistory size={16} aria-hidden />}
          onClick={() => setOpen({ kind: 'changes' })}
        >
          Changes
        </Button>
        <Offered to={putRule}>
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setOpen({ kind: 'edit', row: undefined })}
          >
            New rule
          </Button>
        </Offered>
      </div>
      {error === null ? null : <FailureNote error={error} />}
      {rowsError === null ? null : <FailureNote error={rowsError} />}
      {groups.length === 0 ? (
        <div className="sheet empty">
          {isFiltered
            ? 'No rule matches.'
            : 'No alerting rules yet. Make one, name a file in rule_files, or wait: a pack brings its own when its system is first seen.'}
        </div>
      ) : (
        firstRules(groups, count).map((group) => (
          <RuleGroupSheet
            key={`${group.file} ${group.name}`}
            group={group}
            rowOf={({ labels }) => rowOf.get(labels)}
            onEdit={(row) => setOpen({ kind: 'edit', row })}
            onDeed={(row, deed) => setOpen({ kind: 'deed', row, deed })}
          />
        ))
      )}
      <div style={{ textAlign: 'center' }}>
        <MoreButton left={ruleCount - count} step={STEP} onMore={() => setCount(count + STEP)} />
      </div>
      {isFiltered ? null : (
        <OffRules
          rows={rows.filter((row) => !isInForce(row))}
          onEdit={(row) => setOpen({ kind: 'edit', row })}
          onDeed={(row, deed) => setOpen({ kind: 'deed', row, deed })}
        />
      )}
      {open?.kind === 'edit' ? (
        <Suspense fallback={null}>
          <RuleDialog row={open.row} takenIds={new Set(rows.map(({ id }) => id))} onClose={close} />
        </Suspense>
      ) : null}
      {open?.kind === 'deed' && mayAct ? (
        <DeedDialog row={open.row} deed={open.deed} onClose={close} />
      ) : null}
      {open?.kind === 'changes' ? <ChangesDialog onClose={close} /> : null}
    </div>
  )
}
