import type { Admission, FrontDoor, Host, NetworkReader, StoreReader } from '@headwatch/sdk'

/** What a program has to lend its plugins beside logger, clock and meter. What is absent is not lent. */
export interface Lent {
  readonly admission?: Admission
  readonly frontDoor?: FrontDoor
  readonly network?: NetworkReader
}

/** What the pipelines behind a plugin know of stores. */
export interface StoresLent {
  readonly store: StoreReader | undefined
  readonly storedRanges: StoreReader['storedRanges']
}

/** Receivers on a program without doorkeeping admit nobody. */
const closedAdmission: Admission = {
  admit: () => ({ admitted: false, reason: 'bad_credential' }),
  identify: () => ({ role: 'viewer' }),
  mayDo: () => false,
}

/** The host of any plugin, with everything that can be lent: a kind takes what its contract names. */
export function fullHost(host: Host, lent: Lent, { store, storedRanges }: StoresLent) {
  return {
    ...host,
    admission: lent.admission ?? closedAdmission,
    storedRanges,
    ...(lent.frontDoor !== undefined && { frontDoor: lent.frontDoor }),
    ...(lent.network !== undefined && { network: lent.network }),
    ...(store !== undefined && { store }),
  }
}
