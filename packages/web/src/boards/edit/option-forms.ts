/** One option as a form shows it: where it is in the panel, and what it may be. */
export type OptionField = {
  /** `options.legend.placement`, `fieldConfig.defaults.custom.fillOpacity`. */
  readonly path: string
  readonly label: string
} & (
  | { readonly kind: 'text' | 'markdown' | 'number' | 'boolean' | 'calcs' }
  | {
      readonly kind: 'choice'
      readonly choices: readonly (readonly [value: string, label: string])[]
    }
)

export interface OptionSection {
  readonly title: string
  readonly fields: readonly OptionField[]
}

const choice = (
  path: string,
  label: string,
  choices: readonly (readonly [value: string, label: string])[],
): OptionField => ({ kind: 'choice', path, label, choices })
const custom = (name: string): string => `fieldConfig.defaults.custom.${name}`

const LEGEND: OptionSection = {
  title: 'Legend',
  fields: [
    { kind: 'boolean', path: 'options.legend.showLegend', label: 'Shown' },
    choice('options.legend.displayMode', 'As', [
      ['list', 'List'],
      ['table', 'Table'],
    ]),
    choice('options.legend.placement', 'Where', [
      ['bottom', 'Below'],
      ['right', 'At the right'],
    ]),
    { kind: 'calcs', path: 'options.legend.calcs', label: 'Values' },
  ],
}

const TOOLTIP: OptionSection = {
  title: 'Tooltip',
  fields: [
    choice('options.tooltip.mode', 'Shows', [
      ['single', 'The series under the pointer'],
      ['multi', 'All series'],
      ['none', 'Nothing'],
    ]),
    choice('options.tooltip.sort', 'In order', [
      ['none', 'As they come'],
      ['asc', 'Smallest first'],
      ['desc', 'Largest first'],
    ]),
  ],
}

const VALUE: OptionSection = {
  title: 'Value',
  fields: [
    { kind: 'calcs', path: 'options.reduceOptions.calcs', label: 'Calculation' },
    {
      kind: 'boolean',
      path: 'options.reduceOptions.values',
      label: 'Every row, not a calculation',
    },
    { kind: 'text', path: 'options.reduceOptions.fields', label: 'Fields (a name, or /pattern/)' },
  ],
}

const ORIENTATION = choice('options.orientation', 'Direction', [
  ['auto', 'As it fits'],
  ['horizontal', 'Horizontal'],
  ['vertical', 'Vertical'],
])

const LINES: OptionSection = {
  title: 'Lines',
  fields: [
    choice(custom('drawStyle'), 'Style', [
      ['line', 'Lines'],
      ['bars', 'Bars'],
      ['points', 'Points'],
    ]),
    choice(custom('lineInterpolation'), 'Between values', [
      ['linear', 'Straight'],
      ['smooth', 'Smooth'],
      ['stepBefore', 'Step before'],
      ['stepAfter', 'Step after'],
    ]),
    { kind: 'number', path: custom('lineWidth'), label: 'Width' },
    { kind: 'number', path: custom('fillOpacity'), label: 'Fill, %' },
    choice(custom('showPoints'), 'Points', [
      ['auto', 'Where there is room'],
      ['always', 'Always'],
      ['never', 'Never'],
    ]),
    choice(custom('stacking.mode'), 'Stacking', [
      ['none', 'None'],
      ['normal', 'On top of each other'],
      ['percent', 'As shares'],
    ]),
    { kind: 'boolean', path: custom('spanNulls'), label: 'Join over gaps' },
  ],
}

const AXIS: OptionSection = {
  title: 'Axis',
  fields: [
    { kind: 'text', path: custom('axisLabel'), label: 'Label' },
    choice(custom('axisPlacement'), 'Where', [
      ['auto', 'By itself'],
      ['left', 'Left'],
      ['right', 'Right'],
      ['hidden', 'Hidden'],
    ]),
    choice(custom('scaleDistribution.type'), 'Scale', [
      ['linear', 'Linear'],
      ['log', 'Logarithmic'],
    ]),
    { kind: 'number', path: custom('axisSoftMin'), label: 'At most from' },
    { kind: 'number', path: custom('axisSoftMax'), label: 'At least to' },
  ],
}

const SECTIONS: Readonly<Record<string, readonly OptionSection[]>> = {
  timeseries: [LINES, AXIS, LEGEND, TOOLTIP],
  stat: [
    VALUE,
    {
      title: 'Look',
      fields: [
        choice('options.colorMode', 'Colour', [
          ['value', 'Of the value'],
          ['background', 'Of the background'],
          ['background_solid', 'Of the background, plain'],
          ['none', 'None'],
        ]),
        choice('options.graphMode', 'Course', [
          ['area', 'Shown'],
          ['none', 'Hidden'],
        ]),
        choice('options.textMode', 'Text', [
          ['auto', 'By itself'],
          ['value', 'Value'],
          ['value_and_name', 'Value and name'],
          ['name', 'Name'],
          ['none', 'None'],
        ]),
        ORIENTATION,
      ],
    },
  ],
  gauge: [
    VALUE,
    {
      title: 'Look',
      fields: [
        ORIENTATION,
        { kind: 'boolean', path: 'options.showThresholdMarkers', label: 'Thresholds on the rim' },
        { kind: 'boolean', path: 'options.showThresholdLabels', label: 'With their values' },
      ],
    },
  ],
  bargauge: [
    VALUE,
    {
      title: 'Look',
      fields: [
        ORIENTATION,
        choice('options.displayMode', 'Bars', [
          ['gradient', 'Gradient'],
          ['lcd', 'Segments'],
          ['basic', 'Plain'],
        ]),
      ],
    },
  ],
  table: [
    {
      title: 'Table',
      fields: [
        { kind: 'boolean', path: 'options.showHeader', label: 'Head' },
        choice(custom('align'), 'Align', [
          ['auto', 'By itself'],
          ['left', 'Left'],
          ['center', 'In the middle'],
          ['right', 'Right'],
        ]),
        { kind: 'number', path: custom('width'), label: 'Width of columns' },
        { kind: 'boolean', path: custom('filterable'), label: 'Filters' },
      ],
    },
  ],
  piechart: [
    VALUE,
    {
      title: 'Look',
      fields: [
        choice('options.pieType', 'As', [
          ['pie', 'Pie'],
          ['donut', 'Ring'],
        ]),
      ],
    },
    LEGEND,
  ],
  barchart: [
    {
      title: 'Bars',
      fields: [
        ORIENTATION,
        { kind: 'text', path: 'options.xField', label: 'Field along the axis' },
        choice('options.stacking', 'Stacking', [
          ['none', 'None'],
          ['normal', 'On top of each other'],
          ['percent', 'As shares'],
        ]),
      ],
    },
    LEGEND,
  ],
  heatmap: [
    {
      title: 'Heatmap',
      fields: [
        { kind: 'boolean', path: 'options.calculate', label: 'Make buckets of the values' },
        { kind: 'text', path: 'options.color.scheme', label: 'Colours' },
        { kind: 'text', path: 'options.yAxis.unit', label: 'Unit of the buckets' },
      ],
    },
  ],
  logs: [
    {
      title: 'Lines',
      fields: [
        { kind: 'boolean', path: 'options.showTime', label: 'Time' },
        { kind: 'boolean', path: 'options.showLabels', label: 'Labels' },
        { kind: 'boolean', path: 'options.wrapLogMessage', label: 'Wrap long lines' },
        choice('options.sortOrder', 'Order', [
          ['Descending', 'Newest first'],
          ['Ascending', 'Oldest first'],
        ]),
      ],
    },
  ],
  text: [
    {
      title: 'Text',
      fields: [
        choice('options.mode', 'As', [
          ['markdown', 'Markdown'],
          ['html', 'HTML'],
        ]),
        { kind: 'markdown', path: 'options.content', label: 'Text' },
      ],
    },
  ],
  alertlist: [
    {
      title: 'Alerts',
      fields: [
        { kind: 'number', path: 'options.maxItems', label: 'At most' },
        { kind: 'text', path: 'options.alertName', label: 'Name contains' },
        { kind: 'boolean', path: 'options.stateFilter.firing', label: 'Firing' },
        { kind: 'boolean', path: 'options.stateFilter.pending', label: 'Pending' },
      ],
    },
  ],
  dashlist: [
    {
      title: 'Dashboards',
      fields: [
        { kind: 'text', path: 'options.query', label: 'Title contains' },
        { kind: 'number', path: 'options.maxItems', label: 'At most' },
      ],
    },
  ],
}

const PANEL: OptionSection = {
  title: 'Panel',
  fields: [
    { kind: 'text', path: 'title', label: 'Title' },
    { kind: 'markdown', path: 'description', label: 'Description' },
    { kind: 'boolean', path: 'transparent', label: 'Without a box' },
  ],
}

const REPEAT: OptionSection = {
  title: 'Repeat and time',
  fields: [
    { kind: 'text', path: 'repeat', label: 'Repeat for each value of the variable' },
    choice('repeatDirection', 'Copies', [
      ['h', 'Beside each other'],
      ['v', 'Below each other'],
    ]),
    { kind: 'number', path: 'maxPerRow', label: 'At most beside each other' },
    { kind: 'text', path: 'timeFrom', label: 'Own time, such as 24h' },
    { kind: 'text', path: 'timeShift', label: 'Shifted back by, such as 1w' },
  ],
}

/** The forms of a panel's kind. */
export function formsOf(type: string): readonly OptionSection[] {
  if (type === 'row') {
    return [{ title: 'Row', fields: [PANEL.fields[0]!, REPEAT.fields[0]!] }]
  }
  return [PANEL, ...(SECTIONS[type] ?? []), REPEAT]
}
