import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

export default defineConfig({
  plugins: [solid()],
  // Relative, so that the page also works below a path of a reverse proxy.
  base: './',
  // Nothing inline: the server may forbid `data:` and inline styles.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:3000', ws: true } } },
})
