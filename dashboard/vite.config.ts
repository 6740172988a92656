import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { catalogues } from './build/catalogues.ts'
import { compressedFiles } from './build/compressed-files.ts'
import { mapPreload } from './build/map-preload.ts'

/** Paths that the API answers in development (`npm run dev`), on the port of `npm start`. */
const API_PATHS = ['/api', '/docs', '/openapi.json', '/health', '/ready', '/metrics']
const api = { target: `http://localhost:${process.env['PORT'] || 8080}`, changeOrigin: false }

/** In production the API gives these pages an address without .html (api/http/dashboard.ts). */
const publicPages: Plugin = {
  name: 'public-pages',
  configureServer: (server) => {
    server.middlewares.use((request, _response, next) => {
      request.url = request.url?.replace(/^\/(voice|street|questionnaire)(?=\?|$)/, '/$1.html')
      next()
    })
  },
}

export default defineConfig({
  // relative addresses: a reverse proxy may publish the pages below a path
  base: './',
  plugins: [react(), publicPages, catalogues, mapPreload, compressedFiles],
  worker: { format: 'es' },
  server: { proxy: Object.fromEntries(API_PATHS.map((path) => [path, api])) },
  build: {
    target: 'es2023',
    // every asset is a file of our own origin, so that a content security policy without data: fonts holds
    assetsInlineLimit: 0,
    // files of their own that browsers fetch only when their developer tools are open
    sourcemap: true,
    // pages of their own for residents: they bring no map
    rollupOptions: {
      input: ['index.html', 'voice.html', 'street.html', 'questionnaire.html'].map((page) =>
        resolve(import.meta.dirname, page),
      ),
    },
    chunkSizeWarningLimit: 1800,
  },
})
