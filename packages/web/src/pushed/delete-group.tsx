import type { PushGroupView } from '@weir/packs'
import { Button, Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useDeed } from '../access/use-deed.ts'
import { deleteGroup, pushGroupsQuery } from '../api/weir.ts'
import { whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { LabelTags } from '../targets/label-tags.tsx'

/** Asks whether a group is to go, and deletes it as a client of the push gateway would. */
export function DeleteGroup(props: {
  readonly group: PushGroupView
  readonly onClose: () => void
}): React.JSX.Element {
  const { group, onClose } = props
  const { job = '', ...labels } = group.labels
  const client = useQueryClient()
  const going = useDeed(deleteGroup, {
    onSuccess: async () => {
      await client.invalidateQueries(pushGroupsQuery)
      onClose()
    },
  })
  return (
    <Modal.Root opened onClose={onClose} centered>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md" className="stack">
          <Modal.Title fw={600}>Delete this group?</Modal.Title>
          <LabelTags labels={{ job, ...labels }} />
          <div>
            {ending(group.series)} What was stored stays; the next push begins the group anew.
          </div>
          {going.error === null ? null : <FailureNote error={going.error} />}
          <div style={{ display: 'flex', gap: 10, justifyContent: 'flex-end' }}>
            <Button variant="default" data-autofocus onClick={onClose}>
              Keep
            </Button>
            <Button
              className="destroy"
              loading={going.isPending}
              onClick={() => going.mutate(group.labels)}
            >
              Delete
            </Button>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function ending(series: number): string {
  if (series === 0) return 'No push to it was good.'
  return series === 1 ? 'Its series ends now.' : `Its ${whole(series)} series end now.`
}
