import { expect, test } from 'vitest'
import { sizeText } from '@/use/study/size'

test('sizes are told with as many digits as help', () => {
  const KB = 1024
  expect([0, 1, 830 * KB, 1.5 * KB * KB, 12.4 * KB * KB, 1.2 * KB ** 3].map(sizeText)).toEqual(['0 KB', '1 KB', '830 KB', '1.5 MB', '13 MB', '1.2 GB'])
})
