import { createApp } from 'vue'
import { describe, expect, test } from 'vitest'
import MarkdownText from '@/parts/MarkdownText'

function shown(text: string): HTMLElement {
  const box = document.createElement('div')
  createApp(MarkdownText, { text }).mount(box)
  return box
}

describe('Markdown', () => {
  test('becomes headings, lists, tables and code', () => {
    const box = shown('# 标题\n\n1. 一\n2. **二**\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |\n\n```c\nint x;\n```\n\n`y` *z*')
    expect(box.querySelector('h1')?.textContent).toBe('标题')
    expect([...box.querySelectorAll('ol > li')].map((item) => item.innerHTML)).toEqual(['一', '<strong>二</strong>'])
    expect([...box.querySelectorAll('.wide td')].map((cell) => [cell.className, cell.textContent])).toEqual([
      ['to-center', '1'],
      ['to-right', '2'],
    ])
    expect(box.querySelector('pre')?.textContent).toBe('int x;\n')
    expect(box.querySelector('p code')?.textContent).toBe('y')
  })

  test('shows HTML as the text it is', () => {
    const box = shown('<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> <b>粗</b>')
    expect(box.querySelectorAll('script, img, b')).toHaveLength(0)
    expect(box.textContent).toContain('<script>alert(1)</script>')
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', '/api/me'])('links nowhere with %s', (target) => {
    expect(shown(`[看](${target})`).querySelector('a')).toBeNull()
  })

  test('links to the web without a trace', () => {
    const link = shown('[看](https://example.org/a)').querySelector('a')
    expect([link?.getAttribute('href'), link?.getAttribute('rel')]).toEqual(['https://example.org/a', 'noopener noreferrer nofollow'])
  })

  test('loads no foreign picture', () => {
    expect(shown('![x](https://example.org/x.png)').querySelector('img')).toBeNull()
  })
})
