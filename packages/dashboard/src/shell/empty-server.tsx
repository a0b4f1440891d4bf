import type { JSX } from 'solid-js'

/** Nothing has ever reported: says how to connect a node, in commands that can be copied. */
export function EmptyServer(): JSX.Element {
  return (
    <section class="empty connect commands" aria-label="No node yet">
      <b>No node has reported yet</b>
      <p>The server runs and waits. As soon as one node reports, it stands here. Three ways to connect one:</p>
      <h2>An agent beside the node</h2>
      <pre class="mono">{`HEADWATCH_TOKEN=TOKEN headwatch agent --rpc http://127.0.0.1:8545 --server ${location.origin} --name my-node`}</pre>
      <h2>A client that speaks ethstats itself</h2>
      <pre class="mono">{`geth --ethstats my-node:SECRET@${location.host}`}</pre>
      <h2>The original agent</h2>
      <pre class="mono">{`WS_SERVER=${socketOrigin()} WS_SECRET=SECRET INSTANCE_NAME=my-node npm start`}</pre>
      <p class="faint">
        TOKEN is any long random text that you keep: the name belongs to the token that first came with it. SECRET is
        the one that the server was started with, in its HEADWATCH_SECRET or its configuration.
      </p>
    </section>
  )
}

/** This server as agents address it. */
function socketOrigin(): string {
  return location.origin.replace('http', 'ws')
}
