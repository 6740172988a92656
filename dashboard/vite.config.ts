import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** In development the API runs beside: `npm start` in one terminal, `npx vite dashboard` in another. */
const api = { target: 'http://localhost:8080', changeOrigin: false }

export default defineConfig({
  plugins: [react()],
  worker: { format: 'es' },
  server: { proxy: { '/api': api } },
  build: {
    target: 'es2023',
    // every asset is a file of our own origin, so that a content security policy without data: fonts holds
    assetsInlineLimit: 0,
    // pages of their own for residents: they bring no map
    rollupOptions: {
      input: ['index.html', 'voice.html', 'questionnaire.html'].map((page) => resolve(import.meta.dirname, page)),
    },
    chunkSizeWarningLimit: 1200,
  },
})
