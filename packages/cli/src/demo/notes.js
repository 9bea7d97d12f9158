/** The demo's weir.yml: what people say of its pipelines, and one that is waited for in vain. */
export const DEMO_CONFIG = `pipelines:
  - system: custom
    pipeline: nightly_export
    title: Nightly export
    team: finance
    description: Is named here and has never sent anything, so it is silent.
  - system: airflow
    pipeline: orders_daily
    title: Orders of the day
    critical: true
  - pipeline: 'orders*'
    team: commerce
    description: What was sold, from the shop into the warehouse.
  - pipeline: 'inventory'
    team: commerce
  - pipeline: 'payments'
    team: finance
    critical: true
  - system: airflow
    pipeline: '*'
    team: data platform
`
//# sourceMappingURL=notes.js.map
