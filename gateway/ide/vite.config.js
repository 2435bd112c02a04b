// The gateway serves these files under /graphiql/ (gateway/src/server/graphiql.rs).
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/graphiql/',
  worker: { format: 'es' },
  build: { outDir: 'build', target: 'es2022', chunkSizeWarningLimit: 8000, assetsInlineLimit: 0 },
});
