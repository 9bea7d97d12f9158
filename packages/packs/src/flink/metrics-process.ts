/** What the processes say of themselves: JVM, memory, network, the machine. */
import { LABELS, type Row, type Table } from './metric-table.ts'

const POOLS = [
  ['Heap', 'Heap'],
  ['NonHeap', 'Memory of the JVM beside the heap'],
  ['Metaspace', 'Memory for classes'],
] as const

const JVM: readonly Row[] = [
  ['Status_JVM_CPU_Load', 'gauge', 'ratio', 'CPU use of the process, of all cores.', 'Below 0.9.'],
  ['Status_JVM_CPU_Time', 'gauge', 'ns', 'CPU time of the process.'],
  ...POOLS.flatMap(([pool, what]): Row[] => [
    [`Status_JVM_Memory_${pool}_Used`, 'gauge', 'bytes', `${what}: in use.`],
    [`Status_JVM_Memory_${pool}_Committed`, 'gauge', 'bytes', `${what}: taken from the system.`],
    [
      `Status_JVM_Memory_${pool}_Max`,
      'gauge',
      'bytes',
      `${what}: the bound, -1 when there is none.`,
      pool === 'NonHeap' ? '' : 'Used stays below 0.9 of it.',
    ],
  ]),
  ...['Direct', 'Mapped'].flatMap((pool): Row[] => [
    [`Status_JVM_Memory_${pool}_Count`, 'gauge', 'buffers', `${pool} buffers.`],
    [`Status_JVM_Memory_${pool}_MemoryUsed`, 'gauge', 'bytes', `${pool} buffers: in use.`],
    [`Status_JVM_Memory_${pool}_TotalCapacity`, 'gauge', 'bytes', `${pool} buffers: in all.`],
  ]),
  ['Status_JVM_Threads_Count', 'gauge', 'threads', 'Live threads.', 'Steady.'],
  ['Status_JVM_ClassLoader_ClassesLoaded', 'gauge', 'classes', 'Classes loaded since the start.'],
  ['Status_JVM_ClassLoader_ClassesUnloaded', 'gauge', 'classes', 'Classes that went.'],
  [
    'Status_JVM_FileDescriptor_Open',
    'gauge',
    'files',
    'Open files and sockets.',
    'Well below Max.',
    '2.0 and later',
  ],
  ['Status_JVM_FileDescriptor_Max', 'gauge', 'files', 'How many may be open.', '', '2.0 and later'],
  ['Status_JVM_GarbageCollector_All_Count', 'gauge', 'collections', 'Collections of all kinds.'],
  [
    'Status_JVM_GarbageCollector_All_Time',
    'gauge',
    'ms',
    'Time in garbage collection.',
    'Below 100 ms of each second.',
    '1.16 and later',
  ],
  [
    'Status_JVM_GarbageCollector_All_TimeMsPerSecond',
    'meter',
    'ms/s',
    'Time in garbage collection, of each second.',
    'Below 100.',
    '1.17 and later',
  ],
  [
    'Status_JVM_GarbageCollector_G1_Young_Generation_Time',
    'gauge',
    'ms',
    'Time in young collections.',
  ],
  [
    'Status_JVM_GarbageCollector_G1_Old_Generation_Time',
    'gauge',
    'ms',
    'Time in old collections.',
    'Stands still.',
  ],
  [
    'Status_JVM_GarbageCollector_<collector>',
    'gauge',
    'as named',
    'Count, Time and TimeMsPerSecond of single collectors.',
  ],
]

/** Only with metrics.system-resource, of the machine. */
const SYSTEM: readonly Row[] = [
  ...['Usage', 'Idle', 'Sys', 'User', 'IOWait', 'Irq', 'SoftIrq', 'Nice', 'Steal'].map(
    (name): Row => [`System_CPU_${name}`, 'gauge', '%', `CPU of the machine: ${name}.`],
  ),
  ...['Load1min', 'Load5min', 'Load15min'].map((name): Row => [
    `System_CPU_${name}`,
    'gauge',
    'processes',
    'Load of the machine.',
  ]),
  ['System_CPU_UsageCPU<n>', 'gauge', '%', 'CPU use of a core.'],
  ['System_Memory_Available', 'gauge', 'bytes', 'Free memory of the machine.'],
  ['System_Memory_Total', 'gauge', 'bytes', 'Memory of the machine.'],
  ['System_Swap_Used', 'gauge', 'bytes', 'Swap in use.', '0.'],
  ['System_Swap_Total', 'gauge', 'bytes', 'Swap.'],
  ['System_Network_<interface>_ReceiveRate', 'gauge', 'bytes/s', 'Network, in.'],
  ['System_Network_<interface>_SendRate', 'gauge', 'bytes/s', 'Network, out.'],
]

const MEMORY: readonly Row[] = [
  ['Status_Flink_Memory_Managed_Used', 'gauge', 'bytes', 'Managed memory (RocksDB): in use.'],
  ['Status_Flink_Memory_Managed_Total', 'gauge', 'bytes', 'Managed memory.'],
]

const NETTY: readonly Row[] = [
  ['TotalMemorySegments', 'gauge', 'buffers', 'Network buffers.'],
  ['AvailableMemorySegments', 'gauge', 'buffers', 'Free network buffers.', 'Not 0.'],
  ['UsedMemorySegments', 'gauge', 'buffers', 'Network buffers in use.'],
  ['TotalMemory', 'gauge', 'bytes', 'Memory for network buffers.'],
  ['AvailableMemory', 'gauge', 'bytes', 'What of it is free.'],
  ['UsedMemory', 'gauge', 'bytes', 'What of it is in use.'],
  [
    'RequestedMemoryUsage',
    'gauge',
    '%',
    'Network memory that tasks ask for, of all there is.',
    'Below 100; above it tasks get less than they want.',
  ],
]

export const PROCESS_TABLES: readonly Table[] = [
  { group: 'JobManager process', prefix: 'jobmanager_', labels: LABELS.jobmanager, rows: JVM },
  {
    group: 'TaskManager process',
    prefix: 'taskmanager_',
    labels: LABELS.taskmanager,
    rows: [...JVM, ...MEMORY],
  },
  {
    group: 'TaskManager network',
    prefix: 'taskmanager_Status_Shuffle_Netty_',
    labels: LABELS.taskmanager,
    rows: NETTY,
  },
  {
    group: 'TaskManager network',
    prefix: 'taskmanager_Status_Network_',
    labels: LABELS.taskmanager,
    rows: NETTY.slice(0, 2).map(([name, type, unit]): Row => [name, type, unit, 'Older name.']),
  },
  { group: 'Machine', prefix: 'jobmanager_', labels: LABELS.jobmanager, rows: SYSTEM },
  { group: 'Machine', prefix: 'taskmanager_', labels: LABELS.taskmanager, rows: SYSTEM },
]
