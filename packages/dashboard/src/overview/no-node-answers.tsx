import type { JSX } from 'solid-js'

/** Agents are here and no Ethereum client answers them, nor ever has: says how to get the first one going. */
export function NoNodeAnswers(): JSX.Element {
  return (
    <section class="sec commands first" aria-labelledby="first-title">
      <h2 id="first-title">No Ethereum node answers yet</h2>
      <p>The agent runs and asks every few seconds. As soon as a node answers, all of this fills by itself.</p>
      <h3>Start your client, with JSON-RPC over HTTP</h3>
      <pre class="mono">geth --http</pre>
      <h3>It listens elsewhere: tell the agent where</h3>
      <pre class="mono">npm start -- --rpc http://HOST:8545</pre>
      <pre class="mono">headwatch agent --rpc http://HOST:8545 …</pre>
      <h3>Just for a try: a chain of your own</h3>
      <pre class="mono">npx @foundry-rs/anvil --block-time 5</pre>
    </section>
  )
}
