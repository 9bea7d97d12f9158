import type { Formatted } from '@weir/boards'

/** A formatted value with its unit set smaller. */
export function Figure({ value }: { readonly value: Formatted }): React.JSX.Element {
  return (
    <>
      {value.prefix === undefined ? null : <span className="figure-unit">{value.prefix}</span>}
      {value.text === '' ? '–' : value.text}
      {value.suffix === undefined ? null : <span className="figure-unit">{value.suffix}</span>}
    </>
  )
}
