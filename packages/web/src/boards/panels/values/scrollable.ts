/** What a box needs so that the keyboard can scroll it; nothing where all of it is seen. */
export function scrollable(
  isOverfull: boolean,
  label: string,
): { tabIndex?: 0; 'aria-label'?: string } {
  return isOverfull ? { tabIndex: 0, 'aria-label': label } : {}
}
