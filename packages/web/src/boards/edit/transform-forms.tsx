import { TagsInput } from '@mantine/core'
import { ConvertForm } from './convert-form.tsx'
import { FilterByValueForm } from './filter-by-value-form.tsx'
import { GroupByForm } from './group-by-form.tsx'
import { OptionInput } from './options-editor.tsx'
import { OrganizeForm } from './organize-form.tsx'
import { SortByForm } from './sort-by-form.tsx'
import type { TransformField } from './transform-kinds.ts'
import { FieldName, type FormProps } from './transform-parts.tsx'

/** Transformations that have a form of their own, by id. */
export const TRANSFORM_FORMS: Readonly<
  Record<string, ((props: FormProps) => React.JSX.Element) | undefined>
> = {
  organize: OrganizeForm,
  groupBy: GroupByForm,
  sortBy: SortByForm,
  filterByValue: FilterByValueForm,
  convertFieldType: ConvertForm,
}

/** One option; the name of a field is chosen among those that come in, or typed. */
export function TransformInput(props: {
  readonly field: TransformField
  readonly names: readonly string[]
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}): React.JSX.Element {
  const { field, names, value, onChange } = props
  if (field.kind === 'field') {
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
    return <FieldName label={field.label} {...{ names, onChange }} value={text} />
  }
  if (field.kind === 'fields') {
    const chosen = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
    return (
      <TagsInput
        label={field.label}
        size="xs"
        data={[...new Set(names)]}
        value={chosen}
        onChange={onChange}
      />
    )
  }
  return <OptionInput field={field} value={value} onChange={onChange} />
}
