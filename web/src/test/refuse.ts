export { refuse } from '@/api/refuse'
