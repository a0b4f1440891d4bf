import type { Action, Admission, AdmissionVerdict, Knock, Principal, RefusalReason } from '@headwatch/sdk'
import type { BindingFile } from './binding-file.ts'
import type { AdmissionSettings } from './config.ts'
import { HeldNames } from './held-names.ts'
import { isLoopback } from './loopback-address.ts'
import { hashToken, matchesHash } from './token-hash.ts'

const longestCredential = 1024
const longestName = 128
/** Connections one proven agent may have at once: the newest, and old ones nobody has noticed the end of. */
const connectionsPerAgent = 4
const nameTakenRetryMs = 10_000

/** What the files of an admission hold, all as hashes. */
export interface KnownHashes {
  readonly operator: string | undefined
  readonly issued: ReadonlyMap<string, string>
  readonly bindings: BindingFile
}

/**
 * Who may do what on this server. An agent proves itself with the token its name was issued with or first came with. A
 * client with a shared secret holds its name as long as its connection lasts.
 */
export class ServerAdmission implements Admission, AsyncDisposable {
  readonly #settings: AdmissionSettings
  readonly #known: KnownHashes
  readonly #secrets: readonly string[]
  readonly #banned: ReadonlySet<string>
  readonly #reserved: ReadonlySet<string>
  readonly #held = new HeldNames()

  constructor(settings: AdmissionSettings, known: KnownHashes) {
    this.#settings = settings
    this.#known = known
    this.#secrets = settings.sharedSecrets.map(hashToken)
    this.#banned = new Set(settings.banned)
    this.#reserved = new Set(settings.reservedNames)
  }

  admit(knock: Knock): AdmissionVerdict {
    const refusal = this.#refusalOf(knock)
    if (refusal !== undefined) {
      const retry = refusal === 'name_taken' ? { retryAfterMs: nameTakenRetryMs } : {}
      return { admitted: false, reason: refusal, ...retry }
    }
    const leave = this.#held.take(knock.agent, knock.address)
    return { admitted: true, principal: { role: 'agent', agent: knock.agent }, leave }
  }

  identify(token: string | undefined, address: string): Principal {
    const { operator } = this.#known
    if (token !== undefined) {
      const isOperator = operator !== undefined && token.length <= longestCredential && matchesHash(token, operator)
      return isOperator ? { role: 'operator', name: 'operator' } : { role: 'viewer' }
    }
    const isLocal = this.#settings.loopback === 'operator' && isLoopback(address)
    return isLocal ? { role: 'operator', name: 'local operator' } : { role: 'viewer' }
  }

  mayDo(principal: Principal, action: Action): boolean {
    switch (principal.role) {
      case 'operator':
        return action !== 'send'
      case 'agent':
        return action === 'send'
      case 'viewer':
        return action === 'read' || (action === 'read_addresses' && this.#settings.viewersSee === 'addresses')
    }
  }

  /** Waits until new bindings are on disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#known.bindings[Symbol.asyncDispose]()
  }

  #refusalOf(knock: Knock): RefusalReason | undefined {
    const { agent, address, credential } = knock
    if (this.#banned.has(agent) || this.#banned.has(address)) return 'banned'
    if (!isUsableName(agent)) return 'reserved'
    if (credential.length > longestCredential) return 'bad_credential'
    const isFull = this.#held.countFrom(address) >= this.#settings.maxConnectionsPerAddress
    if (isFull && !isLoopback(address)) return 'too_many'
    const issued = this.#known.issued.get(agent)
    if (issued !== undefined) return this.#withToken(knock, issued, 'bad_credential')
    if (this.#reserved.has(agent)) return 'reserved'
    return knock.protocol === 'ethstats' ? this.#withSecret(knock) : this.#withOwnToken(knock)
  }

  /** The name is known with a token: whoever has that may come, even before its old connection is noticed to be dead. */
  #withToken({ agent, credential }: Knock, hash: string, otherwise: RefusalReason): RefusalReason | undefined {
    if (!matchesHash(credential, hash)) return otherwise
    return this.#held.countOf(agent) >= connectionsPerAgent ? 'too_many' : undefined
  }

  #withOwnToken(knock: Knock): RefusalReason | undefined {
    const { bindings } = this.#known
    const bound = bindings.hashOf(knock.agent)
    if (bound !== undefined) return this.#withToken(knock, bound, 'bad_credential')
    if (this.#held.countOf(knock.agent) > 0) return 'name_taken'
    if (knock.credential === '') return isLoopback(knock.address) ? undefined : 'bad_credential'
    if (this.#settings.unknownAgents === 'refuse') return 'bad_credential'
    if (bindings.size >= this.#settings.maxBoundAgents) return 'too_many'
    bindings.bind(knock.agent, hashToken(knock.credential))
    return undefined
  }

  #withSecret({ agent, credential, address }: Knock): RefusalReason | undefined {
    const isOpen = this.#secrets.length === 0 && isLoopback(address)
    if (!isOpen && !this.#isSecret(credential)) return 'bad_credential'
    const isBound = this.#known.bindings.hashOf(agent) !== undefined
    return isBound || this.#held.countOf(agent) > 0 ? 'name_taken' : undefined
  }

  /** Compares with every secret, so that the time tells nothing about which one was close. */
  #isSecret(credential: string): boolean {
    return this.#secrets.filter((hash) => matchesHash(credential, hash)).length > 0
  }
}

function isUsableName(agent: string): boolean {
  return agent.length > 0 && agent.length <= longestName && !/\p{Cc}/u.test(agent)
}
