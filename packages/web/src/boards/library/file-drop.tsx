import { useEffect, useEffectEvent, useState } from 'react'
import type { Source } from './board-deeds.ts'
import { sourcesOf } from './import-dialog.tsx'

/** Takes files that are dropped anywhere on the page, which the browser would open instead of it. */
export function FileDrop(props: {
  readonly onFiles: (sources: readonly Source[]) => void
}): React.JSX.Element | null {
  const [isOver, setOver] = useState(false)
  const take = useEffectEvent(async (files: FileList | null) => {
    const sources = await sourcesOf(files)
    if (sources.length > 0) props.onFiles(sources)
  })
  useEffect(() => {
    const onOver = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      event.preventDefault()
      setOver(true)
    }
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      event.preventDefault()
      setOver(false)
      void take(event.dataTransfer.files)
    }
    window.addEventListener('dragover', onOver)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('drop', onDrop)
    }
  }, [])
  return isOver ? (
    <div className="import-over" aria-hidden>
      <div>Drop dashboards to import them</div>
    </div>
  ) : null
}
