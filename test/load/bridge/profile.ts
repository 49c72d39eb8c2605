import { readdir, readFile } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import { BUNDLE } from './bridge-process.ts';

export interface Share {
  readonly name: string;
  /** Of the time in which the process did anything. */
  readonly percent: number;
}

export interface ProfileSummary {
  /** By what the work is for, largest first. */
  readonly shares: readonly Share[];
  /** Single functions, with the place they come from. */
  readonly costliest: readonly Share[];
}

/** `Profiler.Profile` of V8's inspector protocol, as `--cpu-prof` writes it. */
interface CpuProfile {
  readonly startTime: number;
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
}

const COSTLIEST_MAX = 25;
const SMALLEST_SHARE_PERCENT = 1;

/** Reads the profile left in `folder`, for the time between the two moments (microseconds of the monotonic clock). */
export async function readProfile(
  folder: string,
  { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
): Promise<ProfileSummary> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error('the bridge left no profile');
  const profile = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as CpuProfile;
  const map = new SourceMap(JSON.parse(await readFile(`${BUNDLE}.map`, 'utf8')) as SourceMapPayload);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const [groups, functions] = [new Map<string, number>(), new Map<string, number>()];
  let atUs = profile.startTime;
  let busyUs = 0;
  profile.samples.forEach((id, index) => {
    const deltaUs = profile.timeDeltas[index] ?? 0;
    atUs += deltaUs;
    const node = nodes.get(id);
    if (node === undefined || atUs < fromUs || atUs > toUs || node.callFrame.functionName === '(idle)') return;
    const place = placeOf(node, map);
    busyUs += deltaUs;
    add(groups, groupOf(node, place), deltaUs);
    add(functions, `${node.callFrame.functionName || '(anonymous)'}  ${place}`, deltaUs);
  });
  const shares = sorted(groups, busyUs);
  const large = shares.filter(({ percent }) => percent >= SMALLEST_SHARE_PERCENT);
  const rest = shares
    .filter(({ percent }) => percent < SMALLEST_SHARE_PERCENT)
    .reduce((sum, { percent }) => sum + percent, 0);
  return {
    shares: [...large, { name: 'all else', percent: rest }],
    costliest: sorted(functions, busyUs).slice(0, COSTLIEST_MAX),
  };
}

function add(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}

function sorted(sums: ReadonlyMap<string, number>, all: number): Share[] {
  return [...sums.entries()]
    .map(([name, us]) => ({ name, percent: (us / all) * 100 }))
    .sort((one, other) => other.percent - one.percent);
}

/** Source file and line before bundling; what V8 says where there is none. */
function placeOf({ callFrame: { url, lineNumber, columnNumber } }: ProfileNode, map: SourceMap): string {
  if (!url.endsWith(path.basename(BUNDLE))) return url;
  const entry = map.findEntry(lineNumber, columnNumber);
  return 'originalSource' in entry
    ? `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}`
    : 'bundle';
}

const PACKAGES: Readonly<Record<string, string>> = {
  'microsoft-cognitiveservices-speech-sdk': 'Speech SDK',
  ws: 'ws',
  openai: 'openai',
  pino: 'pino (log)',
  '@echogarden/fvad-wasm': 'voice detector',
};

/** Functions of Node in C++, by what they do. */
const NATIVE: readonly (readonly [RegExp, string])[] = [
  [/base64/i, 'base64'],
  [/^(writev|write\w*String|writeBuffer|shutdown|readStart)$/, 'socket writes'],
  [/^(utf8|latin1|ucs2|hex|ascii)(Slice|Write)/, 'text to bytes and back'],
  [/^(mask|unmask)$/, 'ws'],
  [/^RegExp: /, 'regular expressions'],
  [/^(run|\(program\))/, 'V8 and Node, native'],
];

function groupOf({ callFrame: { functionName, url } }: ProfileNode, place: string): string {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (url.startsWith('wasm:')) return 'voice detector';
  if (url === '') return NATIVE.find(([pattern]) => pattern.test(functionName))?.[1] ?? 'V8 and Node, native';
  const [, scoped] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(place) ?? [];
  if (scoped !== undefined) return PACKAGES[scoped] ?? (scoped.startsWith('@azure') ? 'Azure SDKs (storage)' : scoped);
  if (url.startsWith('node:')) return nodeModule(url);
  const [folder] = place.split('/');
  return folder === 'media-bridge' || folder === 'core' || folder === 'adapters' ? `ours: ${folder}` : 'bundle';
}

const NODE_MODULES: readonly (readonly [RegExp, string])[] = [
  [/undici/, 'Node: fetch and WebSocket (undici)'],
  [/stream/, 'Node: streams'],
  [/timers/, 'Node: timers'],
  [/net|stream_base/, 'Node: sockets'],
  [/buffer/, 'Node: buffers'],
  [/crypto/, 'Node: crypto'],
  [/http/, 'Node: http'],
  [/event/, 'Node: events'],
];

function nodeModule(url: string): string {
  return NODE_MODULES.find(([pattern]) => pattern.test(url))?.[1] ?? 'Node: other';
}
