import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { onPreferencesChange, preferences } from '../ui/preferences.ts';

/** Shows the chosen theme, or the system's, now and whenever either changes. */
export function followTheme(): void {
  const systemDark = matchMedia('(prefers-color-scheme: dark)');
  const apply = (): void => {
    const { theme } = preferences();
    const dark = theme === 'dark' || (theme === 'system' && systemDark.matches);
    applyMode(dark ? Mode.Dark : Mode.Light);
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  };
  systemDark.addEventListener('change', apply);
  onPreferencesChange(apply);
  apply();
}
