// npm run setup:peers: installs the programs that tests need beside what npm brings. Safe to run again.
import { setUpPeers } from './peers/set-up-peers.ts'

if (setUpPeers()) console.error('Everything that the tests need is installed.')
else process.exitCode = 1
