import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { compact, whole } from '../format/number.ts'
import type { TimeRange } from '../time/range.ts'
import { DOWNLOAD_MAX, downloadLines, saveText } from './download.ts'
import type { Order } from './lines/line.ts'

/** Saves all lines of the query as NDJSON; pressed again, it stops. */
export function DownloadButton(props: {
  readonly query: string
  readonly range: TimeRange
  readonly order: Order
  readonly isEmpty: boolean
}): React.JSX.Element {
  const { isEmpty, ...wanted } = props
  const running = useRef<AbortController | undefined>(undefined)
  const [count, setCount] = useState<number | undefined>(undefined)
  const [said, setSaid] = useState('')
  useEffect(() => () => running.current?.abort(), [])
  const begin = async (): Promise<void> => {
    const stop = new AbortController()
    running.current = stop
    setSaid('')
    setCount(0)
    try {
      const { text, isWhole } = await downloadLines(wanted, setCount, stop.signal)
      saveText(text, 'logs.ndjson')
      if (!isWhole) setSaid(`The first ${whole(DOWNLOAD_MAX)} lines were saved.`)
    } catch (error) {
      if (!stop.signal.aborted) setSaid(error instanceof Error ? error.message : String(error))
    } finally {
      setCount(undefined)
    }
  }
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconDownload size={14} aria-hidden />}
        disabled={isEmpty}
        title={`Save up to ${whole(DOWNLOAD_MAX)} lines as NDJSON`}
        onClick={() => {
          if (count === undefined) void begin()
          else running.current?.abort()
        }}
      >
        {count === undefined ? 'Download' : `${compact(count)} lines… Stop`}
      </Button>
      {said === '' ? null : (
        <span className="muted" role="status">
          {said}
        </span>
      )}
    </>
  )
}
