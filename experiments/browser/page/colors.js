// The palette of crate viz: `Color`, `theme` and `ColorMap::Viridis`.
export const BLUE = '#0072B2';
export const VERMILLION = '#D55E00';
export const GREEN = '#009E73';
export const PURPLE = '#CC79A7';
export const ORANGE = '#E69F00';
export const INK = '#1F242B';
export const GREY = '#8A929C';

export const WHITE = '#FFFFFF';
export const TITLE = '#1A1D21';
export const TEXT = '#3A414A';
export const MUTED = '#555D67';
export const GRID = '#E7E9EC';
export const FRAME = '#9BA2AB';

const VIRIDIS = [
  0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e, 0x21918c,
  0x1f9f88, 0x27ad81, 0x3dbc74, 0x5cc863, 0x81d34d, 0xaadc32, 0xd5e21a, 0xfde725,
];

// The colour at t in [0, 1].
export function viridis(t) {
  const at = Math.min(1, Math.max(0, t || 0)) * (VIRIDIS.length - 1);
  const below = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const channel = shift => {
    const [a, b] = [VIRIDIS[below], VIRIDIS[below + 1]].map(color => (color >> shift) & 255);
    return Math.round(a + (b - a) * (at - below)).toString(16).padStart(2, '0');
  };
  return `#${channel(16)}${channel(8)}${channel(0)}`;
}
