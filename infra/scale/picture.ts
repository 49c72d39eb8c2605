import type { Sample } from './result.ts';
import type { Played } from './run.ts';

const PANEL = { width: 460, height: 250, left: 58, right: 52, top: 44, bottom: 34 };
const COLUMNS = 2;
const LEGEND_HEIGHT = 40;

interface Line {
  readonly title: string;
  readonly colour: string;
  readonly axis: 'calls' | 'replicas';
  readonly value: (sample: Sample) => number;
}

/** Colours that people who see red and green alike can tell apart (Okabe and Ito). */
const LINES: readonly Line[] = [
  { title: 'calls', colour: '#0072b2', axis: 'calls', value: ({ calls }) => calls },
  { title: 'turned away, a sample', colour: '#d55e00', axis: 'calls', value: (one) => one.redirected + one.refused },
  { title: 'moved, a sample', colour: '#cc79a7', axis: 'calls', value: ({ moved }) => moved },
  { title: 'replicas serving (right)', colour: '#009e73', axis: 'replicas', value: ({ serving }) => serving },
  { title: 'draining (right)', colour: '#999999', axis: 'replicas', value: ({ draining }) => draining },
];

/** An SVG with a panel for each scenario. */
export function pictureOf(played: readonly Played[]): string {
  const rows = Math.ceil(played.length / COLUMNS);
  const width = PANEL.width * Math.min(COLUMNS, Math.max(1, played.length));
  const height = LEGEND_HEIGHT + rows * PANEL.height;
  const panels = played.map((one, index) => {
    const x = (index % COLUMNS) * PANEL.width;
    const y = LEGEND_HEIGHT + Math.floor(index / COLUMNS) * PANEL.height;
    return `<g transform="translate(${x} ${y})">${panel(one)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    legend(width),
    ...panels,
    '</svg>\n',
  ].join('\n');
}

function legend(width: number): string {
  const perRow = width > PANEL.width ? LINES.length : 3;
  return LINES.map(({ colour, title }, index) => {
    const x = 12 + (index % perRow) * ((width - 20) / perRow);
    const y = 16 + Math.floor(index / perRow) * 15;
    return `<path d="M${x} ${y - 4}h18" stroke="${colour}" stroke-width="3"/><text x="${x + 23}" y="${y}">${title}</text>`;
  }).join('');
}

function panel({ plan, result }: Played): string {
  const { samples } = result;
  const endMs = samples.at(-1)?.atMs ?? 1;
  const most = {
    calls: roundUp(Math.max(1, ...samples.flatMap((one) => LINES.filter(isCalls).map(({ value }) => value(one))))),
    replicas: roundUp(Math.max(1, ...samples.map((one) => Math.max(one.serving, one.draining)))),
  };
  const innerWidth = PANEL.width - PANEL.left - PANEL.right;
  const innerHeight = PANEL.height - PANEL.top - PANEL.bottom;
  const x = (atMs: number) => (PANEL.left + (atMs / endMs) * innerWidth).toFixed(1);
  const y = (share: number) => (PANEL.top + (1 - share) * innerHeight).toFixed(1);
  const lines = LINES.map(({ axis, colour, value }) => {
    const points = samples.map((one) => `${x(one.atMs)},${y(value(one) / most[axis])}`).join(' ');
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
  });
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(share);
    const texts = `<text x="${PANEL.left - 5}" y="${at}" dy="4" text-anchor="end">${label(most.calls * share)}</text><text x="${PANEL.width - PANEL.right + 5}" y="${at}" dy="4">${label(most.replicas * share)}</text>`;
    return `<path d="M${PANEL.left} ${at}h${innerWidth}" stroke="#dddddd"/>${texts}`;
  });
  const hours = endMs > 4 * 3_600_000;
  const times = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = share * endMs;
    const text = hours ? `${(at / 3_600_000).toFixed(0)} h` : `${(at / 60_000).toFixed(0)} min`;
    return `<text x="${x(at)}" y="${PANEL.height - PANEL.bottom + 16}" text-anchor="middle">${text}</text>`;
  });
  const mishaps = plan.mishaps.map(
    ({ atMs, what }) =>
      `<path d="M${x(atMs)} ${y(1)}V${y(0)}" stroke="#000000" stroke-dasharray="3 3"/><text x="${x(atMs)}" dx="-5" y="${PANEL.top + 14}" text-anchor="end">${escaped(what)}</text>`,
  );
  const title = `<text x="${PANEL.left}" y="18" font-size="13" font-weight="bold">${escaped(plan.name)}</text><text x="${PANEL.left}" y="31" fill="#555555">${escaped(plan.about)}</text>`;
  return [title, ...grid, ...times, ...lines, ...mishaps].join('');
}

function isCalls({ axis }: Line): boolean {
  return axis === 'calls';
}

/** To a number that is easily read, and halved. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

function label(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
