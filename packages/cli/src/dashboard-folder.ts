import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where the built page is: beside the bundle, or in the source tree. Undefined when it has not been built. */
export function dashboardFolder(): string | undefined {
  const places = ['./dashboard/', '../../dashboard/dist/']
  return places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((folder) => existsSync(`${folder}index.html`))
}
