import type { AgentId } from '@headwatch/protocol'

/** Who is asking, as the connection proved it; never what a payload says. */
export type Principal =
  | { readonly role: 'viewer' }
  | { readonly role: 'operator'; readonly name: string }
  | { readonly role: 'agent'; readonly agent: AgentId }

/** What can be asked for. */
export type Action = 'read' | 'read_addresses' | 'acknowledge_alarm' | 'shelve_alarm' | 'manage_tokens' | 'send'

/** How an agent knocks. */
export interface Knock {
  readonly agent: AgentId
  /** Token or shared secret, as sent. Never logged, never kept. */
  readonly credential: string
  /** The peer's address as the front door believes it, without port. */
  readonly address: string
  readonly protocol: 'native' | 'ethstats' | (string & {})
}

export type RefusalReason = 'bad_credential' | 'name_taken' | 'reserved' | 'banned' | 'too_many' | 'overloaded'

export type AdmissionVerdict =
  | {
      readonly admitted: true
      readonly principal: Extract<Principal, { role: 'agent' }>
      /** Frees the place. Call it exactly once, when the connection ends. */
      readonly leave: () => void
    }
  | { readonly admitted: false; readonly reason: RefusalReason; readonly retryAfterMs?: number }

/**
 * Who may do what. An agent id belongs to the token that first said hello with it; where a shared secret stands for all
 * old clients, it belongs to the connection that holds it until that ends.
 */
export interface Admission {
  admit(knock: Knock): AdmissionVerdict
  /** The principal behind an operator's token or a loopback address; a viewer in every other case. */
  identify(token: string | undefined, address: string): Principal
  mayDo(principal: Principal, action: Action): boolean
}
