/** A program that tests need and that npm does not bring. */
export interface Peer {
  readonly name: string
  /** Executables, any one of which on PATH means the peer is there. */
  readonly commands: readonly [string, ...string[]]
  /** The Debian package that brings it. */
  readonly debianPackage: string
  /** What cannot be tested without it. */
  readonly neededBy: string
}

/** One line per peer. A capability whose tests need another program adds its own. */
export const peers: readonly Peer[] = [
  {
    name: 'Chromium',
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    debianPackage: 'chromium',
    neededBy: 'the tests of the page in a browser',
  },
  {
    name: 'promtool',
    commands: ['promtool'],
    debianPackage: 'prometheus',
    neededBy: 'the test that Prometheus itself accepts /metrics',
  },
]
