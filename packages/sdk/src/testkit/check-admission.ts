import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Action, Admission, Knock } from '../admission.ts'

export interface AdmissionCheck {
  readonly admission: Admission
  /** A knock to admit. */
  readonly knock: Knock
  /** The same agent with a credential that is not its own. */
  readonly impostor: Knock
  /** The text of an operator's token, where there are such. */
  readonly operatorToken?: string
}

const operatorActions: readonly Action[] = ['acknowledge_alarm', 'shelve_alarm', 'manage_tokens']

/** Registers tests: what every admission promises. `make` gives a fresh one at each call. */
export function checkAdmission(name: string, make: () => AdmissionCheck | Promise<AdmissionCheck>): void {
  describe(`${name} is an admission that`, () => {
    test('lets an agent in under the name it proved, to send and no more', async () => {
      const { admission, knock } = await make()
      const verdict = admission.admit(knock)
      assert.ok(verdict.admitted)
      assert.deepEqual(verdict.principal, { role: 'agent', agent: knock.agent })
      assert.equal(admission.mayDo(verdict.principal, 'send'), true)
      for (const action of operatorActions) assert.equal(admission.mayDo(verdict.principal, action), false, action)
      verdict.leave()
    })

    test('refuses an impostor once the true one has come, and lets that in again', async () => {
      const { admission, knock, impostor } = await make()
      const verdict = admission.admit(knock)
      assert.ok(verdict.admitted)
      assert.equal(admission.admit(impostor).admitted, false)
      verdict.leave()
      assert.equal(admission.admit(impostor).admitted, false)
      assert.equal(admission.admit(knock).admitted, true, 'a refused knock must not take the name away')
    })

    test('lets an agent come back after it left', async () => {
      const { admission, knock } = await make()
      for (let visit = 0; visit < 5; visit++) {
        const verdict = admission.admit(knock)
        assert.ok(verdict.admitted, `visit ${visit}`)
        verdict.leave()
      }
    })

    test('keeps credentials out of what it answers', async () => {
      const { admission, knock, impostor } = await make()
      for (const each of [knock, impostor].filter(({ credential }) => credential.length > 3)) {
        assert.equal(JSON.stringify(admission.admit(each)).includes(each.credential), false)
      }
    })

    test('takes a stranger for a viewer, who may read and nothing else', async () => {
      const { admission } = await make()
      for (const token of [undefined, '', 'no-such-token']) {
        const principal = admission.identify(token, '203.0.113.9')
        assert.deepEqual(principal, { role: 'viewer' })
        assert.equal(admission.mayDo(principal, 'send'), false)
        for (const action of operatorActions) assert.equal(admission.mayDo(principal, action), false, action)
      }
    })

    test('knows an operator by a token', async (t) => {
      const { admission, operatorToken } = await make()
      if (operatorToken === undefined) return t.diagnostic('does not apply: it has no operators')
      const principal = admission.identify(operatorToken, '203.0.113.9')
      assert.equal(principal.role, 'operator')
      for (const action of operatorActions) assert.equal(admission.mayDo(principal, action), true, action)
    })
  })
}
