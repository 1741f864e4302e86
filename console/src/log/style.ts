/**
 * The look of a run of text, packed into one number so that a million coloured lines stay small.
 * Bits 0-8 foreground and 9-17 background (0 = default, n + 1 = palette entry n), then five flags.
 */
export type Style = number;

export const PLAIN: Style = 0;

const FLAGS = { bold: 1 << 18, dim: 1 << 19, italic: 1 << 20, underline: 1 << 21, inverse: 1 << 22 } as const;
export type StyleFlag = keyof typeof FLAGS;

/** Palette entry 0-255, or undefined for the default colour. */
export function foreground(style: Style): number | undefined {
  return entry(style & 511);
}

export function background(style: Style): number | undefined {
  return entry((style >> 9) & 511);
}

export function withForeground(style: Style, colour: number | undefined): Style {
  return (style & ~511) | (colour === undefined ? 0 : colour + 1);
}

export function withBackground(style: Style, colour: number | undefined): Style {
  return (style & ~(511 << 9)) | ((colour === undefined ? 0 : colour + 1) << 9);
}

export function has(style: Style, flag: StyleFlag): boolean {
  return (style & FLAGS[flag]) !== 0;
}

export function withFlag(style: Style, flag: StyleFlag, on: boolean): Style {
  return on ? style | FLAGS[flag] : style & ~FLAGS[flag];
}

function entry(bits: number): number | undefined {
  return bits === 0 ? undefined : bits - 1;
}

/** The palette entry nearest to a 24-bit colour: the 6×6×6 cube, or the grey ramp when the parts are equal. */
export function nearestPaletteEntry(red: number, green: number, blue: number): number {
  if (red === green && green === blue) {
    if (red < 8) return 16;
    if (red > 248) return 231;
    return 232 + Math.round(((red - 8) / 247) * 23);
  }
  // The cube's levels are 0, 95, 135, 175, 215 and 255.
  const part = (value: number): number => (value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40));
  return 16 + 36 * part(red) + 6 * part(green) + part(blue);
}

/** `#rrggbb` of palette entries 16-255; the first sixteen belong to the theme. */
export function paletteColour(index: number): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `#${hex(grey)}${hex(grey)}${hex(grey)}`;
  }
  const cube = index - 16;
  const level = (value: number): number => (value === 0 ? 0 : 55 + value * 40);
  return `#${hex(level(Math.floor(cube / 36)))}${hex(level(Math.floor(cube / 6) % 6))}${hex(level(cube % 6))}`;
}
