/** Memory and JVM of the processes. */
import type { DashboardDefinition } from '../pack.ts'
import { graph } from './panels.ts'
import { type Question, gauge } from './ways.ts'

const PROCESS = '{{host}} {{tm_id}}'
const byTm = (only = ''): Question => ({ fold: 'max', by: 'host, tm_id', only })
export const MEMORY: DashboardDefinition = {
  name: 'weir-flink-memory',
  title: 'Flink memory and JVM',
  description: 'Heap, managed and network memory, garbage collection, threads, files.',
  variables: [],
  rows: [
    {
      title: 'TaskManagers',
      panels: [
        graph({ title: 'Heap', help: 'Share of its bound.', unit: 'percentunit' }, [
          'flink:taskmanager_heap:ratio',
          PROCESS,
        ]),
        graph({ title: 'Garbage collection', help: 'Share of time.', unit: 'percentunit' }, [
          'flink:taskmanager_gc:ratio',
          PROCESS,
        ]),
        graph({ title: 'Metaspace', help: 'Share of its bound.', unit: 'percentunit' }, [
          'flink:taskmanager_metaspace:ratio',
          PROCESS,
        ]),
        graph(
          { title: 'Managed memory', help: 'Mostly RocksDB.', unit: 'bytes' },
          [gauge('taskmanager_Status_Flink_Memory_Managed_Used', byTm()), `${PROCESS} used`],
          [gauge('taskmanager_Status_Flink_Memory_Managed_Total', byTm()), `${PROCESS} all`],
        ),
        graph(
          { title: 'Network memory', help: 'In use and in all.', unit: 'bytes' },
          [gauge('taskmanager_Status_Shuffle_Netty_UsedMemory', byTm()), `${PROCESS} used`],
          [gauge('taskmanager_Status_Shuffle_Netty_TotalMemory', byTm()), `${PROCESS} all`],
        ),
        graph(
          {
            title: 'Network memory asked for',
            help: 'Above 100 % tasks get less than they want.',
            unit: 'percent',
          },
          ['flink:network_memory_requested:percent', PROCESS],
        ),
        graph({ title: 'Direct memory', help: 'Buffers outside of the heap.', unit: 'bytes' }, [
          gauge('taskmanager_Status_JVM_Memory_Direct_MemoryUsed', byTm()),
          PROCESS,
        ]),
        graph({ title: 'Threads', help: 'Live.', unit: 'short' }, [
          gauge('taskmanager_Status_JVM_Threads_Count', byTm()),
          PROCESS,
        ]),
        graph({ title: 'Open files', help: 'Share of the bound.', unit: 'percentunit' }, [
          'flink:taskmanager_files:ratio',
          PROCESS,
        ]),
      ],
    },
    {
      title: 'JobManager',
      panels: [
        graph({ title: 'Heap', help: 'Share of its bound.', unit: 'percentunit' }, [
          'flink:jobmanager_heap:ratio',
          '{{host}}',
        ]),
        graph({ title: 'Garbage collection', help: 'Share of time.', unit: 'percentunit' }, [
          'flink:jobmanager_gc:ratio',
          '{{host}}',
        ]),
        graph({ title: 'CPU', help: 'Of the process.', unit: 'percentunit' }, [
          'flink:jobmanager_cpu:ratio',
          '{{host}}',
        ]),
      ],
    },
  ],
}
