import type { IssuedNumbers } from './issued-numbers.ts'
import type { StoredNumbers } from './stored-numbers.ts'

/** What came of one source's records. All is well when every list is empty. */
export interface Judgement {
  readonly issued: number
  readonly kept: number
  /** Numbers that are stored at least once. */
  readonly stored: number
  /** The highest of them; 0 when there is none. */
  readonly newest: number
  /** Kept by the agent, stored nowhere, and beyond what declared gaps account for. */
  readonly lost: readonly number[]
  /** Kept by the agent, not stored, and accounted for by declared gaps. */
  readonly declared: readonly number[]
  readonly duplicated: readonly number[]
  /** Stored and not as any record was issued, or never issued at all. */
  readonly corrupt: readonly string[]
  /** Stored out of their order: neither after what was live nor after what was backlog before them. */
  readonly disordered: readonly number[]
}

/** Compares every record issued with every row stored. */
export function judge(issued: IssuedNumbers, { runs, corrupt, gaps, epochs }: StoredNumbers): Judgement {
  const times = new Map<number, number>()
  for (const number of runs.flat()) times.set(number, (times.get(number) ?? 0) + 1)
  const missing: number[] = []
  for (let number = 1; number <= issued.count; number++)
    if (issued.fateOf(number) === 'kept' && !times.has(number)) missing.push(number)
  const declared = gaps.reduce((sum, { first, last }) => sum + Number(last - first) + 1, 0)
  const invented = [...times.keys()].filter((number) => issued.fateOf(number) === undefined)
  return {
    issued: issued.count,
    kept: issued.kept,
    stored: times.size,
    newest: [...times.keys()].reduce((most, number) => Math.max(most, number), 0),
    lost: missing.slice(declared),
    declared: missing.slice(0, declared),
    duplicated: [...times].filter(([, count]) => count > 1).map(([number]) => number),
    corrupt: [...corrupt, ...invented.map((number) => `number ${number} was never issued`)],
    disordered: runs.flatMap((run) => ordered(run, issued, epochs).flatMap(outOfOrder)),
  }
}

/** Undefined when all is well. */
export function complaintOf(source: string, judgement: Judgement): string | undefined {
  const faults = (['lost', 'duplicated', 'corrupt', 'disordered'] as const).flatMap((what) => {
    const list = judgement[what]
    return list.length === 0 ? [] : `${list.length} ${what}: ${list.slice(0, 5).join(', ')}`
  })
  return faults.length === 0 ? undefined : `${source}, of ${judgement.kept} kept: ${faults.join('; ')}`
}

/**
 * What has to be in order by itself: all of it, or where the agent's log had several epochs, of which each is a stream of
 * its own and at least as long as a life of the agent, what belongs to one life.
 */
function ordered(run: readonly number[], issued: IssuedNumbers, epochs: number): readonly (readonly number[])[] {
  return epochs <= 1 ? [run] : [...Map.groupBy(run, (number) => issued.lifeOf(number)).values()]
}

/**
 * Two lanes are stored beside each other, each in order. A number that is below the newest of both lanes came too late.
 */
function outOfOrder(numbers: readonly number[]): readonly number[] {
  const newest = [0, 0]
  const seen = new Set<number>()
  return numbers.filter((number) => {
    if (seen.has(number)) return false // A duplicate has a word of its own.
    seen.add(number)
    const lane = [...newest.keys()]
      .filter((each) => (newest[each] ?? 0) < number)
      .sort((a, b) => (newest[b] ?? 0) - (newest[a] ?? 0))[0]
    if (lane === undefined) return true
    newest[lane] = number
    return false
  })
}
