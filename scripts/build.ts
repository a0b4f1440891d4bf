// npm run build: publishable folders in dist/, each ready for `npm pack`.
//   dist/headwatch   the program: bundles, the page, licences
//   dist/protocol, dist/sdk   what plugin authors compile against: one .js and .d.ts per source file
import { rmSync } from 'node:fs'
import { buildLibrary } from './build/library.ts'
import { buildProgram } from './build/program.ts'

rmSync('dist', { recursive: true, force: true })
// In the order of the arrows: the sdk compiles against what was built of the protocol.
buildLibrary('protocol')
buildLibrary('sdk')
await buildProgram()
console.error('Built dist/protocol, dist/sdk and dist/headwatch.')
