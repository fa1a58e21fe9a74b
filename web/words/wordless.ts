// What is said where not even the words came, in both languages.
const MISSING = ['页面没有加载出来，请检查网络', 'The page could not be loaded. Please check the network']

/** Instead of the app, which has nothing to say. */
export function sayMissing(root: Element | null): void {
  const retry = element('button', '重试 Retry')
  retry.addEventListener('click', () => location.reload())
  const all = element('main', '')
  all.className = 'sk-wordless'
  all.append(...MISSING.map((text) => element('p', text)), retry)
  root?.replaceChildren(all)
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name)
  made.textContent = text
  return made
}
