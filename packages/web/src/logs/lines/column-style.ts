/** The room of chosen columns, for the grids of logs.css. */
export function columnStyle(count: number): React.CSSProperties {
  return count === 0 ? {} : { ['--log-columns' as string]: `repeat(${count}, minmax(60px, 132px))` }
}
