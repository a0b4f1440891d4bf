import { countOf, openAfter, unionOf } from '../disk/place.ts'
import { changePlaces, placeOf } from './change-places.ts'

/**
 * Lets go what waits for a destination, and its place. Space that nobody else needs is free after the next start.
 *
 * @returns how many records waited. @throws {RejectedError} it has no place there, or the queue is in use.
 */
export function forgetDestination(folder: string, destination: string): Promise<number> {
  return changePlaces(folder, async (before) => {
    const open = openAfter(placeOf(before, destination), before.next)
    const places = new Map(before.places)
    places.delete(destination)
    return { after: { ...before, places }, outcome: countOf(unionOf([open], before.floor)) }
  })
}
