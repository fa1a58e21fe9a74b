// Two pages, one project: while developing, /console/… must answer console.html, as the server does.
import type { Connect, Plugin } from 'vite'

const rewrite: Connect.NextHandleFunction = (request, _response, next) => {
  const path = request.url?.split('?')[0] ?? ''
  const isPage = /^\/console(\/|$)/.test(path) && !/\.\w+$/.test(path)
  if (isPage) request.url = '/console.html'
  next()
}

export function pages(): Plugin {
  return {
    name: 'shangke-pages',
    configureServer: (server) => void server.middlewares.use(rewrite),
    configurePreviewServer: (server) => void server.middlewares.use(rewrite),
  }
}
