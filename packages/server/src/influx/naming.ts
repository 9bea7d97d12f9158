import { METRIC_NAME } from '@weir/model'
import type { FieldName } from '@weir/wire'
import type { InfluxConfig } from './config.ts'

type Rules = Pick<
  InfluxConfig,
  'separator' | 'skip_measurement' | 'skip_single_field' | 'skip_fields' | 'names' | 'db_label'
>

/** What the name tag of a sender is called: it must not take the place of the metric's name. */
const NAME_TAG = `exported_${METRIC_NAME}`

/** Turns measurement, tags and field into the name and the labels of a series, as weir.yml says. */
export class InfluxNaming {
  readonly #rules: Rules
  readonly #skipped: ReadonlySet<string>

  constructor(rules: Rules) {
    this.#rules = rules
    this.#skipped = new Set(rules.skip_fields)
  }

  /**
   * `name, value, …`, the metric's name first. Where two tags come to one label, the first one stays.
   *
   * @param db to which database was written; '' when nobody said
   */
  pairs(of: FieldName, db: string): string[] {
    const { names, db_label } = this.#rules
    const isPlain = names === 'prometheus'
    const metric = this.#metric(of)
    const pairs = [METRIC_NAME, isPlain ? plainName(metric, METRIC_ODD) : metric]
    const taken = new Set([METRIC_NAME])
    const add = (name: string, value: string): void => {
      const label = name === METRIC_NAME ? NAME_TAG : name
      if (taken.has(label)) return
      taken.add(label)
      pairs.push(label, value)
    }
    for (let i = 0; i < of.tags.length; i += 2) {
      const name = of.tags[i]!
      add(isPlain ? plainName(name, LABEL_ODD) : name, of.tags[i + 1]!)
    }
    if (db_label !== '' && db !== '') add(db_label, db)
    return pairs
  }

  #metric({ measurement, field, isSingle }: FieldName): string {
    const { separator, skip_measurement, skip_single_field } = this.#rules
    if (this.#skipped.has(field) || (isSingle && skip_single_field)) return measurement
    return skip_measurement ? field : measurement + separator + field
  }
}

const METRIC_ODD = /[^a-zA-Z0-9_:]/gu
const LABEL_ODD = /[^a-zA-Z0-9_]/gu

/** A `_` for each character that a classic name cannot have, and one in front of a digit. */
function plainName(name: string, odd: RegExp): string {
  const plain = name.replaceAll(odd, '_')
  return /^[0-9]/.test(plain) ? `_${plain}` : plain
}
