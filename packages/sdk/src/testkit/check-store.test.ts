import { checkStore } from './check-store.ts'
import { modelStore } from './store-model.ts'

checkStore('the model store', () => modelStore(), { keeps: 'memory', histories: 1 })
