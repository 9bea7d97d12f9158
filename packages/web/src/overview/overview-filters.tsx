import { CloseButton, SegmentedControl, Select, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'

/** What narrows the list, as the address has it. */
type Wish = {
  readonly q?: string | undefined
  readonly system?: string | undefined
  readonly team?: string | undefined
  readonly group?: string | undefined
}

/** Search, system, team, and by what to group. Teams show once weir.yml names one. */
export function OverviewFilters(props: {
  readonly wish: Wish
  readonly systems: readonly string[]
  readonly teams: readonly string[]
  readonly onChange: (change: Wish) => void
}): React.JSX.Element {
  const { wish, systems, teams, onChange } = props
  return (
    <div className="filters overview-filters">
      <TextInput
        data-search
        aria-label="Search pipelines"
        placeholder="Search name, reason, stage   /"
        leftSection={<IconSearch size={15} aria-hidden />}
        rightSection={
          wish.q === undefined ? null : (
            <CloseButton
              size="sm"
              aria-label="Clear search"
              onClick={() => onChange({ q: undefined })}
            />
          )
        }
        value={wish.q ?? ''}
        onChange={(event) => onChange({ q: event.currentTarget.value || undefined })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
        style={{ flex: '1 1 220px', maxWidth: 380 }}
      />
      {systems.length < 2 && wish.system === undefined ? null : (
        <Choice
          what="system"
          list={systems}
          value={wish.system}
          onChange={(system) => onChange({ system })}
        />
      )}
      {teams.length === 0 && wish.team === undefined ? null : (
        <Choice
          what="team"
          list={teams}
          value={wish.team}
          onChange={(team) => onChange({ team })}
        />
      )}
      <SegmentedControl
        aria-label="Group"
        value={wish.group ?? 'none'}
        onChange={(group) => onChange({ group: group === 'none' ? undefined : group })}
        data={[
          { value: 'none', label: 'Worst first' },
          { value: 'system', label: 'By system' },
          ...(teams.length === 0 ? [] : [{ value: 'team', label: 'By team' }]),
        ]}
      />
    </div>
  )
}

function Choice(props: {
  readonly what: 'system' | 'team'
  readonly list: readonly string[]
  readonly value: string | undefined
  readonly onChange: (value: string | undefined) => void
}): React.JSX.Element {
  const { what, list, value, onChange } = props
  return (
    <Select
      aria-label={what === 'system' ? 'System' : 'Team'}
      placeholder={`All ${what}s`}
      data={list}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      clearable
      clearButtonProps={{ 'aria-label': `All ${what}s` }}
      w={150}
    />
  )
}
