import { verdictOf } from '@headwatch/sdk'

/**
 * Waits for every answer and fails as the worst of them. A failure that may pass is worse than a refusal: the sender
 * repeats, and whoever has the data already knows it as a duplicate.
 */
export async function worstOf(answers: readonly Promise<void>[]): Promise<void> {
  if (answers.length === 1) return answers[0]
  const failures = (await Promise.allSettled(answers)).filter((answer) => answer.status === 'rejected')
  const worst = failures.find(({ reason }) => verdictOf(reason) === 'retry') ?? failures[0]
  if (worst !== undefined) throw worst.reason
}
