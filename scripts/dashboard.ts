import { spawnSync } from 'node:child_process'
import { existsSync, globSync, statSync } from 'node:fs'

/** Where Vite puts the built page. */
export const dashboardDist = 'packages/dashboard/dist'

/** Builds the page unless what is built is newer than every source. */
export function buildDashboardIfStale(): void {
  const built = `${dashboardDist}/index.html`
  const sources = globSync('packages/{dashboard/{src,public},protocol/src}/**/*.*')
  const newestMs = Math.max(...[...sources, 'packages/dashboard/index.html', 'package-lock.json'].map(changedMs))
  if (existsSync(built) && changedMs(built) >= newestMs) return
  console.error('Building the page…')
  buildDashboard()
}

/** @throws {Error} Vite found a fault; it has said which. */
export function buildDashboard(): void {
  const { status } = spawnSync('vite', ['build', '--logLevel=warn', 'packages/dashboard'], { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('the page could not be built')
}

function changedMs(path: string): number {
  return statSync(path).mtimeMs
}
