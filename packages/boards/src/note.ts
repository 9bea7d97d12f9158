/** Something about an imported dashboard that its owner should know. */
export interface Note {
  /** `changed`: brought up to date · `ignored`: kept in the file but without effect here · `broken`: cannot work as it is. */
  readonly kind: 'changed' | 'ignored' | 'broken'
  /** Where: `panel 3 "Lag"`, `variable job`; '' for the whole board. */
  readonly where: string
  /** What and, where something can be done, what to do. */
  readonly text: string
}
