import type { AgentId } from '@headwatch/protocol'
import type { Admission, AdmissionVerdict, Knock } from '../admission.ts'

/** An admission without accounts: it does what the test says and remembers who came. */
export interface FakeAdmission extends Admission {
  /** Every knock, in order. */
  readonly knocks: readonly Knock[]
  /** Agents inside now, once for each connection. */
  readonly present: readonly AgentId[]
}

export interface FakeAdmissionOptions {
  /** The credential of each agent that has one; others may come without. */
  readonly credentials?: Readonly<Record<AgentId, string>>
  /** Overrides everything; undefined leaves the decision to `credentials`. */
  readonly decide?: (knock: Knock) => Extract<AdmissionVerdict, { admitted: false }> | undefined
}

export function fakeAdmission({ credentials = {}, decide }: FakeAdmissionOptions = {}): FakeAdmission {
  const knocks: Knock[] = []
  const present: AgentId[] = []
  return {
    knocks,
    present,
    admit(knock) {
      knocks.push(knock)
      const refused = decide?.(knock)
      if (refused !== undefined) return refused
      const wanted = credentials[knock.agent]
      if (wanted !== undefined && wanted !== knock.credential) return { admitted: false, reason: 'bad_credential' }
      present.push(knock.agent)
      const leave = (): void => {
        const index = present.indexOf(knock.agent)
        if (index === -1) throw new Error(`${knock.agent} left more often than it came`)
        present.splice(index, 1)
      }
      return { admitted: true, principal: { role: 'agent', agent: knock.agent }, leave }
    },
    identify: () => ({ role: 'viewer' }),
    mayDo: (principal, action) =>
      principal.role === 'operator' || action === (principal.role === 'agent' ? 'send' : 'read'),
  }
}
