export { nodeSilence } from './node-silence.ts'
