/** The kinds of data source that a pack's board can ask. */
export type DataSourceKind = 'prometheus' | 'loki'

/** How panels refer to each kind. */
export type DataSourceNames = Readonly<
  Record<DataSourceKind, { readonly type: DataSourceKind; readonly uid: string }>
>

interface DataSourceFacts {
  readonly title: string
  /** Name of the input by which Grafana asks for one on import. */
  readonly input: string
  readonly description: string
}

export const DATA_SOURCES: Readonly<Record<DataSourceKind, DataSourceFacts>> = {
  prometheus: {
    title: 'Prometheus',
    input: 'DS_PROMETHEUS',
    description: 'Weir, or the Prometheus that evaluates the exported rules.',
  },
  loki: {
    title: 'Loki',
    input: 'DS_LOKI',
    description: 'Weir, or the Loki that has the logs.',
  },
}
