import { describe, expect, test } from 'vitest'
import { cleanCode, codeInQr, joinLink } from '@/client/classcode'

describe('a typed class code', () => {
  test.each([
    ['h7k3pq', 'H7K3PQ'],
    [' h7k-3pq ', 'H7K3PQ'],
    ['ｈ７ｋ３ｐｑ', 'H7K3PQ'],
    ['O0I1 H7K3PQ', 'H7K3PQ'],
    ['H7K3PQXYZ', 'H7K3PQ'],
    ['课堂', ''],
  ])('%j is read as %j', (typed, code) => {
    expect(cleanCode(typed)).toBe(code)
  })
})

describe('a scanned text', () => {
  test.each([
    [joinLink('https://ke.example.edu.cn', 'H7K3PQ'), 'H7K3PQ'],
    ['http://192.168.1.9:8000/join/h7k3pq?from=wall', 'H7K3PQ'],
    ['H7K3PQ', 'H7K3PQ'],
    ['https://ke.example.edu.cn/join/H7K3P', null],
    ['https://ke.example.edu.cn/join/H7K3P0', null],
    ['https://ke.example.edu.cn/other', null],
    ['WIFI:S:campus;;', null],
  ])('%j holds %j', (text, code) => {
    expect(codeInQr(text)).toBe(code)
  })
})
