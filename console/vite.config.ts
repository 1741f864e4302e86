import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { fontsAsFiles } from './vite-fonts.ts';

/** The server serves `dist` below this path; every link and asset is absolute below it. */
export default defineConfig({
  base: '/_pipewright/console/',
  plugins: [react(), fontsAsFiles()],
  build: {
    target: 'es2023',
    // Browsers that know `light-dark()`: lowered, it would follow the system instead of the chosen theme.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Nothing is inlined: the content security policy allows no `data:` scripts, styles or fonts.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  worker: { format: 'es' },
});
