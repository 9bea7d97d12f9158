/** Options of a stat panel, read. */

export interface StatOptions {
  readonly colorMode: string
  readonly orientation: string
  readonly withValue: boolean
  readonly withNameOnly: boolean
  /** `auto` leaves it to how many there are. */
  readonly withName: boolean | 'auto'
  readonly withGraph: boolean
  readonly withChange: boolean
  readonly changeColor: string
  readonly isCentered: boolean
  readonly isWide: boolean
  readonly titleSize: number | undefined
  readonly valueSize: number | undefined
}

export function statOptionsOf(options: Readonly<Record<string, unknown>>): StatOptions {
  const word = (key: string, otherwise: string): string => {
    const value = options[key]
    return typeof value === 'string' ? value : otherwise
  }
  const textMode = word('textMode', 'auto')
  const { titleSize, valueSize } = sizes(options['text'])
  return {
    colorMode: word('colorMode', 'value'),
    orientation: word('orientation', 'auto'),
    withValue: textMode !== 'name' && textMode !== 'none',
    withNameOnly: textMode === 'name',
    withName: textMode === 'auto' ? 'auto' : textMode === 'value_and_name',
    withGraph: word('graphMode', 'area') === 'area',
    withChange: options['showPercentChange'] === true,
    changeColor: word('percentChangeColorMode', 'standard'),
    isCentered: word('justifyMode', 'auto') === 'center',
    isWide: options['wideLayout'] !== false,
    titleSize,
    valueSize,
  }
}

/** Sizes of text that a board sets; what nobody could read or see whole is left to the panel. */
export function sizes(text: unknown): {
  titleSize: number | undefined
  valueSize: number | undefined
} {
  const given = (typeof text === 'object' && text !== null ? text : {}) as Record<string, unknown>
  const size = (value: unknown): number | undefined =>
    typeof value === 'number' && value >= 8 && value <= 200 ? value : undefined
  return { titleSize: size(given['titleSize']), valueSize: size(given['valueSize']) }
}
