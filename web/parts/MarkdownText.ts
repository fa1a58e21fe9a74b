// Markdown as Vue nodes. No HTML is ever parsed: what is written as HTML shows as text, and a link
// leads only to the web or to mail.
import MarkdownIt from 'markdown-it'
import type Token from 'markdown-it/lib/token.mjs'
import { defineComponent, h, type VNode } from 'vue'
import '@/parts/markdown.css'

const reader = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false }).disable('image')

const SAFE = /^(https?:|mailto:)/i

type Node = VNode | string

function attributes(token: Token): Record<string, string> {
  const align = /text-align:(left|right|center)/.exec(token.attrGet('style') ?? '')?.[1]
  const start = token.attrGet('start')
  return { ...(align ? { class: `to-${align}` } : {}), ...(start === null ? {} : { start }) }
}

function element(token: Token, children: Node[]): Node {
  if (token.tag === 'a') {
    const href = token.attrGet('href') ?? ''
    if (!SAFE.test(href)) return h('span', children)
    return h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, children)
  }
  const made = h(token.tag, attributes(token), children)
  // A wide table scrolls by itself instead of the page.
  return token.tag === 'table' ? h('div', { class: 'wide' }, [made]) : made
}

function leaf(token: Token): Node[] {
  switch (token.type) {
    case 'inline':
      return nodes(token.children ?? [])
    case 'code_inline':
      return [h('code', token.content)]
    case 'code_block':
    case 'fence':
      return [h('pre', [h('code', token.content)])]
    case 'hardbreak':
    case 'softbreak':
      return [h('br')]
    case 'hr':
      return [h('hr')]
    default:
      return [token.content]
  }
}

function nodes(tokens: readonly Token[]): Node[] {
  const open: { token: Token | null; children: Node[] }[] = [{ token: null, children: [] }]
  const top = (): { token: Token | null; children: Node[] } => open[open.length - 1]!
  for (const token of tokens) {
    if (token.nesting === 1) open.push({ token, children: [] })
    else if (token.nesting === -1) {
      const { token: opened, children } = open.pop()!
      // The paragraphs of a tight list are hidden: their words stand in the item itself.
      if (opened) top().children.push(...(opened.hidden ? children : [element(opened, children)]))
    } else top().children.push(...leaf(token))
  }
  return top().children
}

export default defineComponent({
  name: 'MarkdownText',
  props: { text: { type: String, required: true } },
  setup: (props) => () => h('div', { class: 'sk-markdown' }, nodes(reader.parse(props.text, {}))),
})
