import { type HeadwatchProcess, startHeadwatch } from './headwatch-process.ts'
import { ServerApi } from './server-api.ts'

export interface ServerOptions {
  readonly program: string
  readonly port: number
  readonly dataFolder: string
  readonly secret: string
}

/** The server as its operator starts it, and starts it again on the same data. */
export interface Server extends AsyncDisposable {
  readonly dataFolder: string
  readonly api: ServerApi
  /** Lets ethstats clients in. */
  readonly secret: string
  readonly process: HeadwatchProcess
  restart(): Promise<void>
}

export async function startServer({ program, port, dataFolder, secret }: ServerOptions): Promise<Server> {
  const args = ['server', '--listen', `127.0.0.1:${port}`, '--data', dataFolder]
  const start = () =>
    startHeadwatch({
      program,
      args,
      environment: { HEADWATCH_SECRET: secret },
      saysReady: /^Headwatch server: page on/,
    })
  let process = await start()
  return {
    dataFolder,
    secret,
    api: new ServerApi(`http://127.0.0.1:${port}`),
    get process() {
      return process
    },
    async restart() {
      process = await start()
    },
    [Symbol.asyncDispose]: () => process.kill(),
  }
}
