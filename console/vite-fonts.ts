import type { Plugin } from 'vite';

const EMBEDDED_FONT =
  /url\((['"]?)data:(?:font\/woff2|application\/font-woff2)[^,]*;base64,([A-Za-z0-9+/=]+)\1\)/g;

/**
 * The design system's style sheet carries its fonts as base64. As files of their own they stay outside the first
 * request, load only when a weight is used, and need no `data:` in the content security policy.
 */
export function fontsAsFiles(): Plugin {
  return {
    name: 'pipewright:fonts-as-files',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const asset of Object.values(bundle)) {
        if (asset.type !== 'asset' || !asset.fileName.endsWith('.css')) continue;
        asset.source = String(asset.source).replace(EMBEDDED_FONT, (_all, _quote, base64: string) => {
          const file = this.emitFile({
            type: 'asset',
            name: 'font.woff2',
            source: Buffer.from(base64, 'base64'),
          });
          return `url(./${this.getFileName(file).split('/').at(-1)})`;
        });
      }
    },
  };
}
