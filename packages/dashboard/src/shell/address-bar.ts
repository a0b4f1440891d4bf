import { type Accessor, createSignal, onCleanup } from 'solid-js'
import { type Address, readAddress, writeAddress } from './address.ts'

export interface AddressBar {
  readonly address: Accessor<Address>
  /** A step the back button undoes; `replace` where each key stroke would be a step. */
  go(change: Change, how?: 'push' | 'replace'): void
  /** Follows a link to this page by what stands after its `?`. */
  follow(search: string): void
  /** Where `go` would lead, for links. */
  href(change: Change): string
}

type Change = { readonly [Key in keyof Address]?: Address[Key] | undefined }

/** The browser's address as a signal. */
export function createAddressBar(): AddressBar {
  const [address, setAddress] = createSignal(readAddress(location.search))
  const onBack = () => setAddress(readAddress(location.search))
  addEventListener('popstate', onBack)
  onCleanup(() => removeEventListener('popstate', onBack))

  const href = (change: Change) => {
    const query = writeAddress({ ...address(), ...change } as Address)
    return query === '' ? location.pathname : `?${query}`
  }
  const go = (change: Change, how: 'push' | 'replace' = 'push') => {
    const target = href(change)
    if (how === 'push') history.pushState(null, '', target)
    else history.replaceState(null, '', target)
    setAddress({ ...address(), ...change } as Address)
  }
  const follow = (search: string) => {
    history.pushState(null, '', search === '' ? location.pathname : search)
    setAddress(readAddress(search))
  }
  return { address, go, follow, href }
}
