import { type Metafile } from 'esbuild'
export declare const ROOT: string
/**
 * What users install beside the bundle: whatever has compiled parts, one a system, of which npm takes the
 * right one; and fonts, which are found by their path. All else becomes part of the bundle, so that
 * what runs is what was tested, whatever a registry offers on the day of the installation.
 */
export declare const INSTALLED: readonly [
  'lmdb',
  '@duckdb/node-api',
  '@node-rs/bcrypt',
  'koffi',
  '@resvg/resvg-js',
  'dejavu-fonts-ttf',
]
/**
 * Bundles what the build made into `folder`: one file an entry, and chunks that they share and load when
 * needed. All lie side by side, since a thread is found beside the code that starts it. Names stay as
 * they are written: a stack trace must be of use to whoever reports it.
 */
export declare function bundle(folder: string): Promise<Metafile>
