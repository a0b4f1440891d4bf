// npm start: the page and `headwatch up`, from source. Arguments go to the program: npm start -- --rpc URL
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildDashboardIfStale } from './dashboard.ts'

buildDashboardIfStale()
const program = resolve('packages/cli/src/main.ts')
process.argv = [process.execPath, program, 'up', ...process.argv.slice(2)]
await import(pathToFileURL(program).href)
