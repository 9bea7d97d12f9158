import type { HeapInfo } from 'node:v8'
import { Labels, type MetricFamily } from '@weir/model'

/** What each thread keeps in its JavaScript heap, and outside of it: buffers that it holds. */
export function threadMemoryFamilies(
  threads: readonly { readonly name: string; readonly heap: HeapInfo | undefined }[],
): MetricFamily[] {
  const seen = new Map<string, number>()
  const known = threads.flatMap(({ name, heap }) => {
    const number = seen.get(name) ?? 0
    seen.set(name, number + 1)
    return heap === undefined
      ? []
      : [{ labels: Labels.of({ thread: name, number: String(number) }), heap }]
  })
  const family = (name: string, help: string, of: (heap: HeapInfo) => number): MetricFamily => ({
    name,
    type: 'gauge',
    help,
    samples: known.map(({ labels, heap }) => ({ name, labels, value: of(heap) })),
  })
  return [
    family(
      'weir_thread_heap_used_bytes',
      'What lives in the JavaScript heap of a thread, garbage that is not collected yet included.',
      ({ used_heap_size }) => used_heap_size,
    ),
    family(
      'weir_thread_heap_bytes',
      'Memory that the JavaScript heap of a thread has taken.',
      ({ total_heap_size }) => total_heap_size,
    ),
    family(
      'weir_thread_external_bytes',
      'Buffers that a thread holds outside its heap; shared ones are counted by each that holds them.',
      ({ external_memory }) => external_memory,
    ),
  ]
}
