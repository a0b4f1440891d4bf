import { checkAdmission } from './check-admission.ts'
import { fakeAdmission } from './fake-admission.ts'

const knock = { agent: 'eu-1', credential: 'its-own-token', address: '203.0.113.9', protocol: 'native' }

checkAdmission('the fake one', () => ({
  admission: fakeAdmission({ credentials: { 'eu-1': 'its-own-token' } }),
  knock,
  impostor: { ...knock, credential: 'another-token' },
}))
