// Says that the app did not come: its code may be lost on a bad network, or a browser may never run what a service
// worker hands it (seen with Chromium's preloads). Not a part of the app, which is what is missing then; in both
// languages, since there are no words yet.
;(() => {
  const TEXTS = ['页面没有加载出来，请检查网络', 'The page could not be loaded. Please check the network']
  const MOST_MS = 10_000
  const RELOADED = 'shangke.reloaded'
  const root = document.querySelector('#app')
  // What the service worker keeps needs no network: if it is not here by then, it never comes, and a reload helps.
  const isKept = Boolean(navigator.serviceWorker?.controller)

  function isMounted() {
    return root.hasAttribute('data-v-app')
  }

  function element(name, text) {
    const made = document.createElement(name)
    made.textContent = text
    return made
  }

  function say() {
    if (isMounted()) return
    const retry = element('button', '重试 Retry')
    retry.addEventListener('click', () => location.reload())
    const all = element('main', '')
    all.className = 'sk-wordless'
    all.append(...TEXTS.map((text) => element('p', text)), retry)
    root.replaceChildren(all)
  }

  addEventListener('error', say, true)
  addEventListener('unhandledrejection', say)
  setTimeout(() => {
    if (isMounted()) {
      sessionStorage.removeItem(RELOADED)
    } else if (isKept && sessionStorage.getItem(RELOADED) === null) {
      sessionStorage.setItem(RELOADED, '1')
      location.reload()
    } else {
      say()
    }
  }, MOST_MS)
})()
